import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import type {Finding} from './finding.ts';
import type {Found} from './needs.ts';
import {checkNetworks} from './network-check.ts';
import {checkPrivileges} from './privilege-check.ts';
import {checkStorages} from './storage-check.ts';
import {checkTags} from './tag-check.ts';
import {checkImages} from './template-check.ts';
import {checkVmids} from './vmid-check.ts';

/** Everything that has to be true on the cluster for runners as `ask` wants them, and whether it is. */
export function diagnoseCluster(ask: Ask, facts: ClusterFacts): readonly Finding[] {
	const found = foundIn(facts);
	return [
		...checkPrivileges(ask, facts, found),
		...checkPool(ask, facts),
		...checkImages(ask, facts),
		...checkStorages(ask, facts, found),
		...checkNetworks(ask, facts, found),
		...checkVmids(ask, facts),
		...checkTags(ask, facts, found.templates),
	];
}

/** What rights depend on, of all that was asked. */
export function foundIn({inventory, images, networks}: Pick<ClusterFacts, 'inventory' | 'images' | 'networks'>): Found {
	return {inventory, templates: images.flatMap(({templates}) => templates), networks};
}

function checkPool({pool}: Ask, {pools, held}: ClusterFacts): readonly Finding[] {
	if (pool === undefined) {
		return [
			{
				topic: 'pool',
				level: 'warning',
				what: 'the config names no resource pool',
				why: 'The token then needs its rights on /vms: on every VM of the cluster.',
				set: ['pool = "garm"   # in the provider config; garm-proxmox setup makes it'],
			},
		];
	}
	if (pools.includes(pool)) return [{topic: 'pool', level: 'ok', what: `the resource pool ${pool} is there`}];
	// Only who may audit the pool is told that it is there.
	if (!held[`/pool/${pool}`]?.includes('Pool.Audit')) return [];
	return [
		{
			topic: 'pool',
			level: 'failure',
			what: `there is no resource pool ${pool}`,
			why: 'PVE refuses every clone into it.',
			mend: [`pveum pool add ${pool}`],
		},
	];
}
