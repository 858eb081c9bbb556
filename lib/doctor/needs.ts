import {networkPath, storagePath} from '../access/choice.ts';
import {type Need, type Place, type Right, rights} from '../access/rights.ts';
import type {DesiredNetwork} from '../runner/desired.ts';
import {drivesOf, storageOf} from '../runner/drive.ts';
import {networksOf, type UsedNetwork} from '../runner/network.ts';
import type {Inventory, ObservedTemplate} from '../runner/observed.ts';
import type {Ask} from './ask.ts';
import type {NetworkFacts} from './facts.ts';

/** A path on which the token needs the rights of a place. */
export interface Spot {
	readonly place: Place;
	readonly path: string;
	/** A path that grants the same: what is held there counts too. */
	readonly also?: string;
}

/** What has been found of what is asked for, as far as rights depend on it. */
export interface Found {
	readonly inventory: Inventory;
	readonly templates: readonly ObservedTemplate[];
	/** By node. */
	readonly networks: Readonly<Record<string, readonly NetworkFacts[]>>;
}

/** Every path on which rights are needed. */
export function spotsOf(ask: Ask, found: Found): readonly Spot[] {
	const on = (place: Place, paths: readonly string[]) => [...new Set(paths)].map((path): Spot => ({place, path}));
	return [
		// A VM in the pool has the rights of both paths; PVE forgets those of a single VM with the VM.
		{
			place: 'runners',
			path: ask.pool === undefined ? '/vms' : `/pool/${ask.pool}`,
			also: `/vms/${ask.vmidRange.first}`,
		},
		...on(
			'templates',
			found.templates.map(({vmid}) => `/vms/${vmid}`),
		),
		...on('disks', diskStoragesOf(ask, found.templates).map(storagePath)),
		...on('seeds', [storagePath(ask.seedStorage)]),
		...on('network', localNetworks(ask, found).map(pathOf)),
		...on(
			'nodes',
			nodesOf(ask, found.inventory).map((node) => `/nodes/${node}`),
		),
		...on('cluster', ['/']),
	];
}

/** The nodes that runners may live on. */
export function nodesOf({nodes}: Pick<Ask, 'nodes'>, inventory: Inventory): readonly string[] {
	return inventory.nodes.flatMap(({node, online}) => (online && (nodes?.includes(node) ?? true) ? [node] : []));
}

/** The storages that clones need space on. qemu-server API2/Qemu.pm check_storage_access_clone: discs do not count. */
export function diskStoragesOf({clone}: Pick<Ask, 'clone'>, templates: readonly ObservedTemplate[]): readonly string[] {
	const own = templates.flatMap(({config}) =>
		drivesOf(config)
			.filter(({cdrom, volumeId}) => !cdrom && volumeId.includes(':'))
			.map(({volumeId}) => storageOf(volumeId)),
	);
	const target = clone.storage === undefined ? [] : [clone.storage];
	return [...new Set(clone.mode === 'full' && target.length > 0 ? target : [...own, ...target])];
}

/** Every network that cards use while a runner is made: the template's, and what config or pool put in its place. */
export function usedNetworks(
	{network}: Pick<Ask, 'network'>,
	templates: readonly ObservedTemplate[],
): readonly UsedNetwork[] {
	const used = templates.flatMap(({config}) => {
		const own = networksOf(config);
		const [first] = own;
		return [...own, ...(network === undefined ? [] : changed(first, network))];
	});
	return used.filter((one, n) => used.findIndex((other) => pathOf(other) === pathOf(one)) === n);
}

function changed(first: UsedNetwork | undefined, network: DesiredNetwork): readonly UsedNetwork[] {
	const bridge = network.bridge ?? first?.bridge;
	if (bridge === undefined) return [];
	const vlan = network.vlan === undefined ? first?.vlan : String(network.vlan);
	return [{bridge, ...(vlan === undefined ? {} : {vlan})}];
}

// A VNet's path names its zone, which a token is not told; that it is listed shows that it may be used.
function localNetworks(ask: Ask, {templates, networks}: Found): readonly UsedNetwork[] {
	const vnets = Object.values(networks).flatMap((each) => each.flatMap(({name, vnet}) => (vnet ? [name] : [])));
	return usedNetworks(ask, templates).filter(({bridge}) => !vnets.includes(bridge));
}

function pathOf({bridge, vlan}: UsedNetwork): string {
	return networkPath(vlan === undefined ? bridge : `${bridge}/${vlan}`);
}

/** The rights of a place that nothing goes without, and those that only make things better. */
export function rightsOn(
	place: Place,
	ask: Ask,
	{templates}: Pick<Found, 'templates'>,
): {
	readonly needed: readonly Right[];
	readonly wanted: readonly Right[];
} {
	const all = rights.filter(({on, need}) => on === place && need !== 'reserved-tags');
	const needed = all.filter(({need}) => isNeeded(need, ask, templates));
	return {needed, wanted: all.filter((right) => !needed.includes(right))};
}

function isNeeded(need: Need, {flavors, network}: Ask, templates: readonly ObservedTemplate[]): boolean {
	const machines = flavors.map(({machine}) => machine);
	switch (need) {
		case 'always':
			return true;
		case 'cores':
			// A flavor that is written out always has cores and memory.
			return machines.length === 0 || machines.some(({cores, sockets, cpu}) => cores ?? sockets ?? cpu);
		case 'memory':
			return machines.length === 0 || machines.some(({memoryMiB}) => memoryMiB !== undefined);
		case 'disk-size':
			return machines.some(({diskGiB}) => diskGiB !== undefined);
		case 'network':
			return network !== undefined;
		case 'cloud-init-drive':
			return templates.some(({config}) => drivesOf(config).some(({cloudInit}) => cloudInit));
		case 'reserved-tags':
		case 'comfort':
			return false;
	}
}
