import type {PveVersion, World} from '../world.ts';
import {aForeignVm, put} from './build.ts';
import {smallWorld} from './small.ts';

/** The ids of `crowded` that lie in its nearly full range: 100000 to 100099, of which these are free. */
export const freeInCrowded = [100_017, 100_042, 100_077] as const;

/** The small world with a nearly full range of VMIDs and many guests of other people. */
export function crowdedWorld(version: PveVersion = '9.2', foreign = 400): World {
	const world = {...smallWorld(version), name: 'crowded'};
	for (let vmid = 100_000; vmid < 100_100; vmid++) {
		if (!freeInCrowded.some((free) => free === vmid)) put(world, aForeignVm(vmid, 'pve', `crowd-${vmid}`));
	}
	for (let index = 0; index < foreign; index++) put(world, aForeignVm(1000 + index, 'pve', `office-${index}`));
	return world;
}
