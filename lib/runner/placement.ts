import type {DesiredRunner} from './desired.ts';
import {digest} from './digest.ts';
import {drivesOf, storageOf} from './drive.ts';
import type {Inventory, ObservedNode, ObservedStorage, ObservedTemplate} from './observed.ts';

/** Where a runner goes, and which template it is cloned from. */
export interface Placement {
	readonly template: ObservedTemplate;
	readonly node: string;
}

/** The best place for the runner, or every reason why there is none. */
export function placeRunner(
	desired: DesiredRunner,
	templates: readonly ObservedTemplate[],
	inventory: Inventory,
): Placement | {readonly reasons: readonly string[]} {
	const reasons: string[] = [];
	const places: Placement[] = [];
	for (const template of templates) {
		for (const {node} of inventory.nodes) {
			const reason = obstacle(desired, template, node, inventory);
			if (reason === undefined) places.push({template, node});
			else if (reason !== '') reasons.push(reason);
		}
	}
	const best = places.sort((a, b) => compare(desired, inventory, a, b))[0];
	return best ?? {reasons: reasons.length > 0 ? [...new Set(reasons)] : ['the cluster lists no node']};
}

/** Why `template` cannot become a runner on `node`; the empty text where that is no news, since it lives elsewhere. */
function obstacle(
	desired: DesiredRunner,
	template: ObservedTemplate,
	node: string,
	{nodes, storages}: Inventory,
): string | undefined {
	const home = nodes.find((each) => each.node === template.node);
	// qemu-server API2/Qemu.pm clone_vm runs on the template's node, whatever the target is.
	if (home?.online !== true) return `node ${template.node} of template ${template.vmid} is off line`;
	if (node !== template.node && !isShared(template, storages)) return '';
	if (desired.nodes !== undefined && !desired.nodes.includes(node))
		return `node ${node} is not among the allowed nodes`;
	const target = nodes.find((each) => each.node === node);
	if (target === undefined || !mayTakeRunners(target)) {
		return `node ${node} is ${target?.online === true ? `in HA state ${target.haState}` : 'off line'}`;
	}
	const own = storagesOf(template);
	if (desired.clone.storage !== undefined) own.push(desired.clone.storage);
	const missing = own.find((storage) => !hasStorage(node, storage, storages));
	if (missing !== undefined) return `storage ${missing} is not available on node ${node}`;
	if (!hasStorage(node, desired.seed.storage, storages, 'iso')) {
		return `storage ${desired.seed.storage} is not available for content iso on node ${node}`;
	}
	return undefined;
}

// PVE itself checks nothing: a clone onto a dead node ends in task OK (seen on 8.4), and maintenance stops only HA.
function mayTakeRunners({online, haState}: ObservedNode): boolean {
	return online && (haState === undefined || haState === 'online');
}

function storagesOf(template: ObservedTemplate): string[] {
	const volumes = drivesOf(template.config).filter(({volumeId}) => volumeId.includes(':'));
	return [...new Set(volumes.map(({volumeId}) => storageOf(volumeId)))];
}

/** Whether every volume is on shared storage, the CD drives' too: else PVE refuses a clone to another node. */
function isShared(template: ObservedTemplate, storages: readonly ObservedStorage[]): boolean {
	return storagesOf(template).every((name) => storages.some(({storage, shared}) => storage === name && shared));
}

// A token without Datastore.Audit sees no row of a storage: then only the clone itself can tell.
function hasStorage(node: string, name: string, storages: readonly ObservedStorage[], content?: string): boolean {
	const rows = storages.filter(({storage}) => storage === name);
	if (rows.length === 0) return true;
	return rows.some(
		(row) => row.node === node && row.active && (content === undefined || row.content.includes(content)),
	);
}

function compare(desired: DesiredRunner, {nodes, vms}: Inventory, a: Placement, b: Placement): number {
	const free = (place: Placement) => nodes.find(({node}) => node === place.node)?.memoryFreeBytes ?? -1;
	const load = (place: Placement) => vms.filter(({node, template}) => node === place.node && !template).length;
	const lot = (place: Placement) =>
		digest(`${desired.controller}\n${desired.name}\n${place.node}\n${place.template.vmid}`);
	// A template on the node itself spares the move at the end of the clone.
	const away = (place: Placement) => (place.template.node === place.node ? 0 : 1);
	return free(b) - free(a) || load(a) - load(b) || away(a) - away(b) || (lot(a) < lot(b) ? -1 : 1);
}
