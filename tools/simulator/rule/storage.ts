import {demandAny, holdsAll, holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import {fork, isOverWithin} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {storageOf} from '../drive.ts';
import {isOnNode, usedOn} from '../figures.ts';
import {badParameters, die, texts} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import {findVolume, removeVolume, storageOn, volumePath} from '../storage.ts';
import type {Volume} from '../world.ts';

/** GET /nodes/N/storage: those the caller may see. pve-storage API2/Storage/Status.pm index. */
export function listStorages({dc, node, caller, parameters}: Call): unknown {
	const wanted = splitList(parameters.content ?? '');
	return Object.entries(dc.world.storages)
		.filter(([name, storage]) => isOnNode(storage, node) && (parameters.storage ?? name) === name)
		.filter(([, storage]) => wanted.length === 0 || wanted.some((content) => storage.content.includes(content)))
		.filter(([name]) => holdsAny(dc.world, caller, `/storage/${name}`, ['Datastore.Audit', 'Datastore.AllocateSpace']))
		.map(([name]) => ({storage: name, ...figures(dc, node, name)}));
}

/** GET /nodes/N/storage/S/status. Status.pm read_status. */
export function storageStatus({dc, node, parameters}: Call): unknown {
	const {used_fraction: _fraction, ...shown} = figures(dc, node, parameters.storage ?? '');
	return shown;
}

function figures(dc: Datacenter, node: string, name: string): Readonly<Record<string, unknown>> {
	const storage = storageOn(dc, node, name);
	const used = Math.min(storage.total, storage.full === true ? storage.total : usedOn(dc.world, name, storage, node));
	return {
		type: storage.type,
		content: storage.content.join(','),
		shared: storage.shared ? 1 : 0,
		active: 1,
		enabled: 1,
		total: storage.total,
		used,
		avail: storage.total - used,
		used_fraction: used / storage.total,
	};
}

/** GET content: disk images of guests the caller cannot see are left out. API2/Storage/Content.pm index. */
export function listContent({dc, node, caller, parameters}: Call): unknown {
	const {storage = '', content, vmid} = parameters;
	storageOn(dc, node, storage);
	return Object.values(dc.world.volumes)
		.filter((volume) => volume.storage === storage && (volume.node === null || volume.node === node))
		.filter((volume) => content === undefined || volume.content === content)
		.filter((volume) => vmid === undefined || volume.vmid === Number(vmid) || isKeptInLists(volume))
		.filter((volume) => mayList(dc, caller, volume))
		.sort((a, b) => (a.volid < b.volid ? -1 : 1))
		.map((volume) => contentRow(volume));
}

/** Plugin.pm list_volumes: a list for one guest leaves out ISO images and templates of containers, and no other files. */
const isKeptInLists = ({content}: Volume): boolean => content === 'import' || content === 'snippets';

/** Storage.pm check_volume_access, which the list uses as a filter. */
function mayList({world}: Datacenter, caller: Call['caller'], volume: Volume): boolean {
	const path = `/storage/${volume.storage}`;
	if (holdsAny(world, caller, path, ['Datastore.Allocate'])) return true;
	if (volume.content === 'iso' || volume.content === 'vztmpl') {
		return holdsAny(world, caller, path, ['Datastore.AllocateSpace', 'Datastore.Audit']);
	}
	if (volume.content === 'import' || volume.content === 'snippets') {
		return holdsAny(world, caller, path, ['Datastore.AllocateSpace', 'Datastore.Audit']);
	}
	if (volume.vmid !== undefined && holdsAll(world, caller, `/vms/${volume.vmid}`, ['VM.Config.Disk'])) return true;
	return holdsAll(world, caller, path, ['Datastore.Audit']) && volume.vmid === undefined;
}

function contentRow(volume: Volume): unknown {
	const {volid, content, format, size, ctime, used, vmid, parent} = volume;
	if (content !== 'images' && content !== 'rootdir') return {volid, content, format, size, ctime};
	return {volid, content, format, size, ctime, used, vmid, parent: parent ?? null};
}

/** A volume id from the path, with or without its storage. Content.pm $real_volume_id. */
function volidOf({parameters}: Call): string {
	const {storage = '', volume = ''} = parameters;
	const given = storageOf(volume);
	if (given === undefined) return `${storage}:${volume}`;
	if (given !== storage) throw badParameters({volume: `storage ID mismatch (${given} != ${storage})\n`});
	return volume;
}

/** GET content/V. Content.pm info. */
export function contentInfo(call: Call): unknown {
	const {dc, node} = call;
	const volid = volidOf(call);
	const {storage = ''} = call.parameters;
	demandAny(dc.world, call.caller, `/storage/${storage}`, 'Datastore.Audit', 'Datastore.AllocateSpace');
	storageOn(dc, node, storage);
	const volume = findVolume(dc, node, volid);
	if (volume === undefined) throw die(`volume_size_info on '${volid}' failed - no format`);
	const format = volume.content === 'iso' ? 'raw' : volume.format;
	return {format, size: volume.size, used: volume.used, path: volumePath(dc, volid)};
}

const deleteMs = 40;

/** DELETE content/V: a missing file is fine; with `delay` null when done in time. Content.pm delete. */
export async function deleteContent(call: Call): Promise<string | null> {
	const {dc, node, parameters} = call;
	const {storage = '', delay} = parameters;
	const volid = volidOf(call);
	storageOn(dc, node, storage);
	demandDelete(call, volid);
	const upid = fork(call, 'imgdel', storage, async (worker) => {
		await worker.pause(deleteMs);
		const volume = findVolume(dc, node, volid);
		if (volume === undefined) {
			worker.log(`disk image '${volumePath(dc, volid)}' does not exist`);
			return;
		}
		if (Object.values(dc.world.volumes).some((other) => other.volid.startsWith(`${volid}/`)))
			throw texts.baseInUse(volid);
		removeVolume(dc, node, volid);
		worker.log(`Removed volume '${volid}'`);
	});
	return delay !== undefined && (await isOverWithin(call, upid, Number(delay))) ? null : upid;
}

/** A file needs the storage's admin privilege; a guest's disk is the guest's. FACTS section 10. */
function demandDelete({dc, node, caller, parameters}: Call, volid: string): void {
	const volume = findVolume(dc, node, volid);
	const path = `/storage/${parameters.storage}`;
	if (volume?.vmid !== undefined && holdsAll(dc.world, caller, `/vms/${volume.vmid}`, ['VM.Config.Disk'])) return;
	if (!holdsAll(dc.world, caller, path, ['Datastore.Allocate'])) throw texts.permission(path, ['Datastore.Allocate']);
}
