import type {VmidRange} from '../runner/vmid.ts';

/** The runners that GARM knows. */
export interface Known {
	readonly names: ReadonlySet<string>;
	/** When GARM said so, milliseconds since the epoch: what was made later it could not name. */
	readonly at: number;
}

/** What a sweep is about, and what it may do. */
export interface SweepScope {
	readonly controller: string;
	readonly vmidRange: VmidRange;
	/** Whatever is younger is left alone. */
	readonly olderThanMs: number;
	/** Absent where nobody could say what GARM knows. */
	readonly known?: Known;
	/** Whether also goes what is not provably dead. */
	readonly includeSuspects: boolean;
	readonly pool?: string;
	readonly node?: string;
	/** `*` stands for any letters, `?` for one. */
	readonly name?: string;
}

/** Whether a name fits a pattern in which `*` stands for any letters and `?` for one. */
export function fitsPattern(name: string, pattern: string): boolean {
	const letters = [...pattern].map((letter) => {
		if (letter === '*') return '.*';
		return letter === '?' ? '.' : letter.replace(/[\\^$.|+()[\]{}]/, '\\$&');
	});
	return new RegExp(`^${letters.join('')}$`, 'su').test(name);
}
