import type {NodeState} from './world.ts';

/** Which requests a fault is for: all that is given must fit. */
export interface FaultMatch {
	readonly method?: string;
	/** A regular expression over the path after /api2/json. */
	readonly path?: string;
	/** The node in the path, or the one asked where the path has none. */
	readonly node?: string;
	/** The route's name, e.g. `clone`, `config-put`, `task-status`. */
	readonly operation?: string;
}

/** What happens to a matching request. All milliseconds are genuine ones: the pace shortens them. */
export type Effect =
	/** Acts, then breaks the connection without an answer. */
	| {readonly kind: 'drop-answer'}
	/** Breaks the connection before acting. */
	| {readonly kind: 'reset'}
	/** Breaks the connection, and acts later. */
	| {readonly kind: 'reset-late'; readonly ms: number}
	/** Waits before acting. */
	| {readonly kind: 'delay'; readonly ms: number}
	/** Never answers and never acts; the connection stays open. */
	| {readonly kind: 'hang'}
	/** Answers what is given, and acts or not. */
	| {
			readonly kind: 'answer';
			readonly status: number;
			readonly reason: string;
			readonly body?: string;
			readonly contentType?: string;
			readonly act?: 'none' | 'before' | {readonly afterMs: number};
	  }
	/** Acts, and cuts the answer in the middle. */
	| {readonly kind: 'truncate'}
	/** The task forked by this request ends like this, without acting unless `act`. */
	| {readonly kind: 'task'; readonly exitstatus: string; readonly log?: readonly string[]; readonly act?: boolean}
	/** The first polls of the forked task answer `no such task`. */
	| {readonly kind: 'task-unknown'; readonly times: number}
	/** The forked worker is killed with -9 after a while (30 ms where nothing is said). */
	| {readonly kind: 'kill-worker'; readonly afterMs?: number}
	/** The VM carries a lock for a while (for good without `ms`), from just before the act. */
	| {readonly kind: 'lock'; readonly vmid: number; readonly lock: string; readonly ms?: number}
	/** The node changes its state just before the act, for a while or for good. */
	| {readonly kind: 'node'; readonly node: string; readonly state: NodeState; readonly ms?: number}
	/** The VM lies on the other node from just before the act. */
	| {readonly kind: 'migrate'; readonly vmid: number; readonly node: string}
	/** Every allocation on the storage fails from here on, for a while or for good. */
	| {readonly kind: 'storage-full'; readonly storage: string; readonly ms?: number}
	/** Somebody else creates a VM at this clone's `newid`: between the POST and the worker, or before the POST is looked at. */
	| {readonly kind: 'take-vmid'; readonly when?: 'worker' | 'post'; readonly node?: string}
	/** /cluster/resources keeps answering what it would answer now. */
	| {readonly kind: 'stale-resources'; readonly ms: number};

export interface Fault {
	readonly match: FaultMatch;
	/** Only the k-th match, counted from 1; every match where nothing is said. */
	readonly nth?: number;
	/** How often at most. */
	readonly times?: number;
	readonly effect: Effect;
}

/** What the faults are asked about. */
export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly node: string;
	readonly operation: string;
}

const kinds: readonly string[] = [
	'drop-answer',
	'reset',
	'reset-late',
	'delay',
	'hang',
	'answer',
	'truncate',
	'task',
	'task-unknown',
	'kill-worker',
	'lock',
	'node',
	'migrate',
	'storage-full',
	'take-vmid',
	'stale-resources',
] satisfies readonly Effect['kind'][];

/** The scripted faults and how often each has met its request. */
export class FaultScript {
	readonly #faults: {readonly fault: Fault; readonly path: RegExp | undefined; met: number; used: number}[] = [];

	/** Adds faults; throws a TypeError for one whose effect or pattern cannot be read. */
	add(...faults: readonly Fault[]): void {
		for (const fault of faults) {
			if (typeof fault?.match !== 'object' || !kinds.includes(fault.effect?.kind)) {
				throw new TypeError(`not a fault: ${JSON.stringify(fault)}`);
			}
			const path = fault.match.path === undefined ? undefined : new RegExp(fault.match.path);
			this.#faults.push({fault, path, met: 0, used: 0});
		}
	}

	clear(): void {
		this.#faults.length = 0;
	}

	/** The effects for a request, in the order the faults were added; counts the request. */
	take(asked: Asked): readonly Effect[] {
		const effects: Effect[] = [];
		for (const entry of this.#faults) {
			const {fault, path} = entry;
			if (!fits(fault.match, path, asked)) continue;
			entry.met++;
			if (fault.nth !== undefined && entry.met !== fault.nth) continue;
			if (fault.times !== undefined && entry.used >= fault.times) continue;
			entry.used++;
			effects.push(fault.effect);
		}
		return effects;
	}
}

function fits(match: FaultMatch, path: RegExp | undefined, asked: Asked): boolean {
	return (
		(match.method === undefined || match.method.toUpperCase() === asked.method) &&
		(match.node === undefined || match.node === asked.node) &&
		(match.operation === undefined || match.operation === asked.operation) &&
		(path === undefined || path.test(asked.path))
	);
}
