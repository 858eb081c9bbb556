import type {DesiredRunner} from './desired.ts';
import {digest} from './digest.ts';
import {drivesOf, storageOf} from './drive.ts';
import type {Inventory, ObservedNode, ObservedStorage, ObservedTemplate} from './observed.ts';

/** Where a runner goes, and which template it is cloned from. */
export interface Placement {
	readonly template: ObservedTemplate;
	readonly node: string;
}

/** What a runner asks of its place. */
export interface PlaceWishes {
	readonly nodes?: readonly string[];
	readonly clone: Pick<DesiredRunner['clone'], 'storage'>;
	readonly seed: Pick<DesiredRunner['seed'], 'storage'>;
}

/** A place that was looked at; the obstacle is absent where the runner can go there. */
export interface JudgedPlace extends Placement {
	readonly obstacle?: string;
}

/** Every place that the templates come into question for, and what is in the way. */
export function judgePlaces(
	wishes: PlaceWishes,
	templates: readonly ObservedTemplate[],
	inventory: Inventory,
): readonly JudgedPlace[] {
	return templates.flatMap((template) =>
		inventory.nodes.flatMap(({node}): readonly JudgedPlace[] => {
			const reason = obstacle(wishes, template, node, inventory);
			if (reason === '') return [];
			return [{template, node, ...(reason === undefined ? {} : {obstacle: reason})}];
		}),
	);
}

/** The best place for the runner, or every reason why there is none. */
export function placeRunner(
	desired: DesiredRunner,
	templates: readonly ObservedTemplate[],
	inventory: Inventory,
): Placement | {readonly reasons: readonly string[]} {
	const judged = judgePlaces(desired, templates, inventory);
	const reasons = judged.flatMap((place) => place.obstacle ?? []);
	const places = judged.filter((place) => place.obstacle === undefined);
	const best = places.sort((a, b) => compare(desired, inventory, a, b))[0];
	if (best !== undefined) return {template: best.template, node: best.node};
	return {reasons: reasons.length > 0 ? [...new Set(reasons)] : ['the cluster lists no node']};
}

/** Why `template` cannot become a runner on `node`; the empty text where that is no news, since it lives elsewhere. */
function obstacle(
	wishes: PlaceWishes,
	template: ObservedTemplate,
	node: string,
	{nodes, storages}: Inventory,
): string | undefined {
	const home = nodes.find((each) => each.node === template.node);
	// qemu-server API2/Qemu.pm clone_vm runs on the template's node, whatever the target is.
	if (home?.online !== true) return `node ${template.node} of template ${template.vmid} is off line`;
	if (node !== template.node && !isShared(template, storages)) return '';
	if (wishes.nodes !== undefined && !wishes.nodes.includes(node)) return `node ${node} is not among the allowed nodes`;
	const target = nodes.find((each) => each.node === node);
	if (target?.silent) return `node ${node} does not answer`;
	if (target === undefined || !mayTakeRunners(target)) {
		return `node ${node} is ${target?.online === true ? `in HA state ${target.haState}` : 'off line'}`;
	}
	const own = storagesOf(template);
	if (wishes.clone.storage !== undefined) own.push(wishes.clone.storage);
	const missing = own.find((storage) => !hasStorage(node, storage, storages));
	if (missing !== undefined) return `storage ${missing} is not available on node ${node}`;
	if (!hasStorage(node, wishes.seed.storage, storages, 'iso')) {
		return `storage ${wishes.seed.storage} is not available for content iso on node ${node}`;
	}
	return undefined;
}

// PVE itself checks nothing: a clone onto a dead node ends in task OK (seen on 8.4), and maintenance stops only HA.
function mayTakeRunners({online, haState}: ObservedNode): boolean {
	return online && (haState === undefined || haState === 'online');
}

/** The storages of every volume of a template, its discs' too. */
export function storagesOf(template: Pick<ObservedTemplate, 'config'>): string[] {
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
