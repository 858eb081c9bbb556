import type {Datacenter} from './datacenter.ts';
import {storageOf} from './drive.ts';
import {isOnNode, usedOn} from './figures.ts';
import {die, texts} from './refusal.ts';
import type {Worker} from './task.ts';
import type {StorageType, Volume, WorldStorage} from './world.ts';
import {volumeKey} from './world.ts';

interface Kind {
	/** Images are files below images/ID/. */
	readonly files: boolean;
	/** A base image can be cloned without a copy. */
	readonly linked: boolean;
	/** A linked clone's volid names its base, so the base cannot be removed. */
	readonly namesBase: boolean;
	/** Whether an image may have another format than the plugin's own. */
	readonly anyFormat: boolean;
	readonly format: string;
}

/** What the storage plugins can do. pve-storage Storage/*Plugin.pm volume_has_feature. */
export const storageKinds = {
	dir: {files: true, linked: true, namesBase: true, anyFormat: true, format: 'qcow2'},
	nfs: {files: true, linked: true, namesBase: true, anyFormat: true, format: 'qcow2'},
	btrfs: {files: true, linked: true, namesBase: true, anyFormat: false, format: 'raw'},
	lvmthin: {files: false, linked: true, namesBase: false, anyFormat: false, format: 'raw'},
	lvm: {files: false, linked: false, namesBase: false, anyFormat: false, format: 'raw'},
	zfspool: {files: false, linked: true, namesBase: true, anyFormat: false, format: 'raw'},
	rbd: {files: false, linked: true, namesBase: true, anyFormat: false, format: 'raw'},
} as const satisfies Record<StorageType, Kind>;

/** The storage, or PVE's refusal. Storage.pm storage_check_enabled. */
export function storageOn(dc: Datacenter, node: string, name: string): WorldStorage {
	const storage = dc.world.storages[name];
	if (storage === undefined) throw texts.noStorage(name);
	if (storage.disabled === true) throw die(`storage '${name}' is disabled`);
	if (!isOnNode(storage, node)) throw texts.storageUnavailable(name, node);
	return storage;
}

/** The volume as the node sees it. */
export function findVolume(dc: Datacenter, node: string, volid: string): Volume | undefined {
	const shared = dc.world.storages[storageOf(volid) ?? '']?.shared === true;
	return dc.world.volumes[volumeKey(volid, shared ? null : node)];
}

/** The volume as the node sees it, or PVE's refusal. */
export function volumeOn(dc: Datacenter, node: string, volid: string): Volume {
	storageOn(dc, node, storageOf(volid) ?? '');
	const volume = findVolume(dc, node, volid);
	if (volume === undefined) throw texts.noVolume(volid);
	return volume;
}

/** The path a file volume has on its node; block storages answer a device. */
export function volumePath(dc: Datacenter, volid: string): string {
	const name = storageOf(volid) ?? '';
	const storage = dc.world.storages[name];
	const rest = volid.slice(name.length + 1);
	const root = storage?.path ?? '/var/lib/vz';
	if (storage === undefined || !storageKinds[storage.type].files) return `/dev/${name}/${rest}`;
	if (rest.startsWith('iso/')) return `${root}/template/${rest}`;
	if (rest.startsWith('vztmpl/')) return `${root}/template/cache/${rest.slice(7)}`;
	if (rest.startsWith('import/') || rest.startsWith('snippets/')) return `${root}/${rest}`;
	return `${root}/images/${rest.split('/').slice(-2).join('/')}`;
}

/** A free volume name for a VM's disk. Storage/Plugin.pm find_free_diskname. */
export function freeDiskName(dc: Datacenter, node: string, storage: string, vmid: number, format: string): string {
	const files = storageKinds[dc.world.storages[storage]?.type ?? 'dir'].files;
	const suffix = files ? `.${format}` : '';
	const own = Object.values(dc.world.volumes).filter(
		(volume) => volume.storage === storage && volume.vmid === vmid && (volume.node === null || volume.node === node),
	);
	for (let index = 0; ; index++) {
		const name = `${vmid}-disk-${index}`;
		const taken = own.some(({volid}) => new RegExp(`(?:vm|base)-${name}(?:\\.|$)`).test(volid));
		if (!taken) return `vm-${name}${suffix}`;
	}
}

/** Adds a volume to the world; a full storage refuses. The text of a full disk is assumed. */
export function addVolume(dc: Datacenter, node: string, volume: Omit<Volume, 'node' | 'ctime'>): Volume {
	const storage = storageOn(dc, node, volume.storage);
	const free = storage.total - usedOn(dc.world, volume.storage, storage, node);
	if (storage.full === true || free < volume.used) {
		throw die(`unable to create image: '${volumePath(dc, volume.volid)}': No space left on device`);
	}
	const added: Volume = {...volume, node: storage.shared ? null : node, ctime: dc.seconds()};
	dc.world.volumes[volumeKey(added.volid, added.node)] = added;
	return added;
}

/** Takes a volume out of the world. */
export function removeVolume(dc: Datacenter, node: string, volid: string): void {
	const volume = findVolume(dc, node, volid);
	if (volume === undefined) return;
	const key = volumeKey(volume.volid, volume.node);
	delete dc.world.volumes[key];
	dc.files.delete(key);
}

/** Refuses to free a base image with linked clones. Storage.pm volume_is_base_and_used. */
export function checkBaseUnused(dc: Datacenter, node: string, volid: string): void {
	if (!/[/:]base-\d+-disk-\d+[^/]*$/.test(volid)) return;
	const used = Object.values(dc.world.volumes).some(
		(other) => other.volid.startsWith(`${volid}/`) && (other.node === null || other.node === node),
	);
	if (used) throw texts.baseInUse(volid);
}

const acquireMs = 10_000;
const retryMs = 1000;
const jitterMs = 300;

/**
 * Runs `act` under the storage's lock: one for the whole cluster where it is shared (asked for once a second, ten
 * seconds long), else a lock file of the node. Cluster.pm cfs_lock_storage, Storage.pm lock_storage_config.
 */
export async function underStorageLock<T>(
	dc: Datacenter,
	worker: Worker,
	storage: string,
	act: () => Promise<T>,
): Promise<T> {
	if (dc.world.storages[storage]?.shared !== true) {
		return await worker.locked(dc.locks, `/var/lock/pve-manager/pve-storage-${storage}`, {timeoutMs: acquireMs}, act);
	}
	const release = await worker.during(acquireShared(dc, worker, storage));
	try {
		return await act();
	} finally {
		release();
	}
}

async function acquireShared(dc: Datacenter, worker: Worker, storage: string): Promise<() => void> {
	const file = `cfs:storage-${storage}`;
	for (let waitedMs = 0; waitedMs <= acquireMs; waitedMs += retryMs) {
		const release = dc.locks.isHeld(file) ? undefined : await dc.locks.acquire(file, {timeoutMs: 1});
		if (release !== undefined) return release;
		if (waitedMs === 0) worker.log(`trying to acquire cfs lock 'storage-${storage}' ...`);
		// No two processes sleep for the same second.
		await worker.pause(retryMs + dc.random.fraction() * jitterMs);
	}
	throw texts.storageLockTimeout(storage);
}
