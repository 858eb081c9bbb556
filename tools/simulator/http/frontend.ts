import type {Caller} from '../access.ts';
import type {Datacenter} from '../datacenter.ts';
import type {FaultScript} from '../fault-script.ts';
import type {LoggedRequest} from '../request-log.ts';
import type {Found} from '../routes.ts';
import type {RawParameters} from '../schema/verify.ts';
import type {NodeState} from '../world.ts';
import type {Answer} from './answer.ts';
import type {Upload} from './multipart.ts';

/** Called before a request acts, and after it has acted and before it is answered. */
export type RequestHook = (n: number, phase: 'before' | 'after', request: LoggedRequest) => void | Promise<void>;

/** What all requests share. */
export interface Frontend {
	readonly dc: Datacenter;
	readonly faults: FaultScript;
	readonly requests: LoggedRequest[];
	readonly hooks: Set<RequestHook>;
	/** Polls that still answer `no such task`, by UPID. */
	readonly unknownPolls: Map<string, number>;
	/** Changes a node's state, and opens or closes its port. */
	readonly setNode: (name: string, state: NodeState) => Promise<void>;
	/** Moves a VM's config to another node. */
	readonly migrate: (vmid: number, node: string) => void;
}

/** A request as it was read. */
export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly entry: string;
	readonly found: Found | undefined;
	readonly query: RawParameters;
	readonly body: RawParameters;
	readonly upload?: Upload;
	readonly caller?: Caller;
	/** Set where the request is refused before it reaches a rule. */
	readonly refusal?: unknown;
}

/** The node a request is for: the one in its path, or the one asked. */
export function targetOf({entry, found}: Asked): string {
	const node = found?.names.node;
	return node === undefined || node === 'localhost' ? entry : node;
}

/** Thrown to end the connection without an answer, or in the middle of one. */
export class Broken extends Error {
	override readonly name = 'Broken';
	readonly partial: Answer | undefined;

	constructor(message: string, partial?: Answer) {
		super(message);
		this.partial = partial;
	}
}
