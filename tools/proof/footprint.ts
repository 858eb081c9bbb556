import {isDeepStrictEqual} from 'node:util';
import type {Guest, World} from '../simulator/world.ts';

/** Everything on a cluster that a provider could leave behind or spoil, each thing under a name of its own. */
export type Footprint = ReadonlyMap<string, unknown>;

/** The same without what the VMs of other people do: whoever switches a node off stops them. */
export function withoutPower(footprint: Footprint): Footprint {
	return new Map(
		[...footprint].map(([name, thing]) => {
			if (!name.startsWith('VM ')) return [name, thing];
			const {power: _power, startedAt: _start, stoppedAt: _stop, pid: _pid, ...rest} = thing as Guest;
			return [name, rest];
		}),
	);
}

/** What lies on the cluster at this moment. */
export function footprintOf({guests, volumes, pools, access, options, storages}: World): Footprint {
	const things: [string, unknown][] = [
		...Object.entries(guests).map(([vmid, guest]): [string, unknown] => [`VM ${vmid}`, guest]),
		...Object.entries(volumes).map(([key, volume]): [string, unknown] => [`volume ${key}`, volume]),
		...Object.entries(pools).map(([name, members]): [string, unknown] => [`pool ${name}`, members]),
		...Object.entries(storages).map(([name, storage]): [string, unknown] => [`storage ${name}`, storage]),
		['permissions', access.acl],
		['datacenter options', options],
	];
	return new Map(structuredClone(things));
}

/** Every thing that is there too much, is missing, or is another one than before. */
export function differences(before: Footprint, after: Footprint): readonly string[] {
	const found: string[] = [];
	for (const [name, thing] of after) {
		if (!before.has(name)) found.push(`${name} is left: ${JSON.stringify(thing)}`);
		else if (!isDeepStrictEqual(thing, before.get(name))) {
			found.push(`${name} is changed: ${JSON.stringify(before.get(name))} -> ${JSON.stringify(thing)}`);
		}
	}
	for (const name of before.keys()) if (!after.has(name)) found.push(`${name} is gone`);
	return found;
}
