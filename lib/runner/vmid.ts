import {digest} from './digest.ts';

/** The VMIDs that runners may have, both ends included. */
export interface VmidRange {
	readonly first: number;
	readonly last: number;
}

const slotCount = 6;

/**
 * The VMIDs a runner may live at, in the order in which they are tried. They follow from its name alone: a second
 * create of the same name meets the first one's VM, and PVE itself refuses a taken VMID cluster-wide.
 */
export function slotsOf(controller: string, runner: string, {first, last}: VmidRange): readonly number[] {
	const span = last - first + 1;
	const slots = new Set<number>();
	for (let n = 0; slots.size < Math.min(slotCount, span); n++) {
		// 13 hex digits are 52 bits: exact in a number.
		slots.add(first + (Number.parseInt(digest(`${controller}\n${runner}\n${n}`).slice(0, 13), 16) % span));
	}
	return [...slots];
}
