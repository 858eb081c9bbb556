import {privilegesFor, privilegesOf, roleNames} from '../../lib/access/rights.ts';
import type {Ask} from '../../lib/doctor/ask.ts';
import type {ClusterFacts} from '../../lib/doctor/facts.ts';
import {aLook, aTemplate, vmidRange} from './a-vm.ts';

const known = privilegesOf(9);
const allOn = (place: keyof typeof roleNames) => privilegesFor(place, (privilege) => known.includes(privilege));

/** A config of one pool, one image and one flavor. */
export function anAsk(changes: Partial<Ask> = {}): Ask {
	return {
		tokenId: 'garm@pve!provider',
		pool: 'garm',
		vmidRange,
		tags: true,
		seedStorage: 'local',
		clone: {mode: 'auto'},
		images: [{name: 'ubuntu', template: 9000, os: 'linux'}],
		flavors: [{name: 'small', machine: {cores: 2, memoryMiB: 4096}}],
		...changes,
	};
}

/** A cluster on which everything is as that config needs it. */
export function someFacts(changes: Partial<ClusterFacts> = {}): ClusterFacts {
	return {
		inventory: aLook().inventory,
		roles: {
			Administrator: known,
			...Object.fromEntries(
				Object.entries(roleNames).map(([place, role]) => [role, allOn(place as keyof typeof roleNames)]),
			),
		},
		held: {
			'/pool/garm': allOn('runners'),
			'/vms/9000': allOn('templates'),
			'/storage/local-lvm': allOn('disks'),
			'/storage/local': allOn('seeds'),
			'/sdn/zones/localnetwork/vmbr0': allOn('network'),
			'/nodes/pve': allOn('nodes'),
		},
		pools: ['garm'],
		tagRules: {allow: 'free', registered: []},
		images: [{name: 'ubuntu', templates: [aTemplate()], problems: []}],
		networks: {pve: [{name: 'vmbr0', vnet: false}]},
		vmids: {asked: 16, taken: 0},
		leftovers: [],
		...changes,
	};
}
