import type {ObservedDisk, ObservedSeed, ObservedVm, VmRow} from '../runner/observed.ts';

/** All that one look tells about runners of every controller, and about what they leave behind. */
export interface SweepFacts {
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** The nodes that can be asked. */
	readonly online: readonly string[];
	/** Every VM that the token sees, as the whole-cluster list tells it. */
	readonly rows: readonly VmRow[];
	/**
	 * VMs that their tags or their notes call a runner, and those that a clone has begun. A VM without a config is on a
	 * node that is off line, or its tags and its row said enough.
	 */
	readonly vms: readonly ObservedVm[];
	/** VMs of the range without tags on nodes off line: nobody can tell whether they are runners. */
	readonly unsure: readonly VmRow[];
	readonly seeds: readonly ObservedSeed[];
	/** Disks whose VMID is in the range and belongs to no VM. */
	readonly disks: readonly ObservedDisk[];
	/** VMIDs that clones of our token are being made at; undefined for one that has not told its VMID yet. */
	readonly cloning: readonly (number | undefined)[];
}
