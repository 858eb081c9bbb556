import type {GrantedPlace} from './rights.ts';

/** What an operator chooses for a set-up. */
export interface Choice {
	/** PVE's resource pool for the runners. */
	readonly pool: string;
	/** PVE's resource pool for the templates. */
	readonly templatePool: string;
	readonly templates: readonly number[];
	readonly diskStorages: readonly string[];
	readonly seedStorage: string;
	/** Where the seed storage is made, if it is not there; absent where it has to be there. */
	readonly seedPath?: string;
	/** `vmbr0`, `vmbr0/7` for one VLAN of it, or `zone:vnet`. */
	readonly networks: readonly string[];
	/** `user@realm` */
	readonly user: string;
	/** The part of a token id behind the `!`. */
	readonly token: string;
}

/** A role on a path. */
export interface Grant {
	readonly place: GrantedPlace;
	readonly path: string;
}

/** Every grant that the choice asks for. `strayTemplates` are those that live in other pools, and are granted one by one. */
export function grantsFor(choice: Choice, strayTemplates: readonly number[] = []): readonly Grant[] {
	const on = (place: GrantedPlace, paths: readonly string[]) => paths.map((path) => ({place, path}));
	return [
		...on('runners', [`/pool/${choice.pool}`]),
		...on('templates', [`/pool/${choice.templatePool}`, ...strayTemplates.map((vmid) => `/vms/${vmid}`)]),
		...on('disks', choice.diskStorages.map(storagePath)),
		...on('seeds', [storagePath(choice.seedStorage)]),
		...on('network', choice.networks.map(networkPath)),
		...on('nodes', ['/nodes']),
	];
}

export function storagePath(storage: string): string {
	return `/storage/${storage}`;
}

/** The path of a bridge, of one VLAN of it, or of a VNet written as `zone:vnet`. */
export function networkPath(network: string): string {
	const [first, vnet] = network.split(':');
	return vnet === undefined ? `/sdn/zones/localnetwork/${first}` : `/sdn/zones/${first}/${vnet}`;
}

/** Both halves of a token id such as `garm@pve!provider`. */
export function splitTokenId(id: string): {readonly user: string; readonly token: string} {
	const at = id.lastIndexOf('!');
	return {user: id.slice(0, at), token: id.slice(at + 1)};
}
