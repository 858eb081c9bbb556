import type {Sender} from '../sender.ts';
import type {Theatre} from '../theatre.ts';
import type {Exchange} from '../transcript.ts';

/** What is at hand where the recorder did something in a shell: the cluster, and what the recording says. */
export interface Scene {
	readonly theatre: Theatre;
	readonly sender: Sender;
	/** The request it was done for. */
	readonly exchange: Exchange;
	/** The recorder's note, matched. */
	readonly words: RegExpExecArray;
	/** What the simulator answered, where it did. */
	readonly data: string;
}

/** The same between requests. */
export type Interlude = Pick<Scene, 'theatre' | 'words'>;
