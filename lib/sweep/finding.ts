/** What kind of thing was found, in the order in which people read them. */
export const findingKinds = [
	'orphan',
	'dead',
	'lost-seed',
	'suspect',
	'half-made',
	'stale-lock',
	'stray-disk',
	'lost-mark',
	'offline',
	'kept',
	'young',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/**
 * What happens to it: `remove`: it goes where the person agrees; `suspect`: only where suspects are included; `root`:
 * only root on a node can do something about it; `keep`: it stays.
 */
export type Way = 'remove' | 'suspect' | 'root' | 'keep';

/** One thing that a sweep has found. */
export interface SweepFinding {
	readonly kind: FindingKind;
	readonly way: Way;
	/** A clause without a full stop. */
	readonly what: string;
	/** Whole sentences. */
	readonly why: string;
	/** GARM's exact name. */
	readonly runner?: string;
	readonly pool?: string;
	readonly vmid?: number;
	readonly node?: string;
	readonly volumeId?: string;
	readonly ageMs?: number;
	/** Lines for root's shell on `node`. */
	readonly mend?: readonly string[];
}
