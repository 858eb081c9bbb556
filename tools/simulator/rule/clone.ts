import {demandAll} from '../access.ts';
import type {Call} from '../call.ts';
import {fork, isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import type {Drive} from '../drive.ts';
import {formatSize, isCdrom, isCloudinit, isDriveName, parseDrive, printDrive, storageOf} from '../drive.ts';
import {checkQuorum, createConfig, writeConfig} from '../pmxcfs.ts';
import {die, texts} from '../refusal.ts';
import {
	addVolume,
	findVolume,
	freeDiskName,
	removeVolume,
	storageKinds,
	storageOn,
	underStorageLock,
	volumePath,
} from '../storage.ts';
import type {Worker} from '../task.ts';
import {exitText, WorkerKilled} from '../task.ts';
import {checkLock, loadConfig, lockFile} from '../vm-config.ts';
import type {Guest} from '../world.ts';
import {demandBridges, renewMac} from './network.ts';
import {joinPool} from './pool.ts';

// Genuine milliseconds, so that storms of clones last as long as the recorded ones. FACTS sections 11 and 16.
const linkedDiskMs = {local: 180, shared: 120} as const;
const fullDiskMsPerGiB = 400;
const overheadMs = 50;

interface Plan {
	readonly config: Record<string, string>;
	readonly drives: readonly {readonly key: string; readonly drive: Drive; readonly full: boolean}[];
}

/** POST clone: most refusals come at once, the work in a task under the source's id. API2/Qemu.pm clone_vm. */
export function clone(call: Call): string {
	const {dc, node, parameters} = call;
	const vmid = Number(parameters.vmid);
	if (dc.qemuOn(node, vmid) === undefined) throw texts.notOnNode(vmid, node);
	checked(call);
	return fork(call, 'qmclone', vmid, (worker) => cloneWork(call, worker));
}

const targetOf = ({node, parameters: {target}}: Call): string | undefined =>
	target === node || target === 'localhost' ? undefined : target;

/** The checks that run at the POST, and again in the worker under both locks. clone_vm's $load_and_check. */
function checked(call: Call): Plan {
	const {dc, node, caller, parameters} = call;
	const {pool, storage, format, snapname} = parameters;
	const target = targetOf(call);
	if (pool !== undefined && dc.world.pools[pool] === undefined) throw texts.noSuchPool(pool);
	if (target !== undefined && dc.world.nodes[target] === undefined) throw texts.noClusterNode(target);
	if (storage !== undefined) {
		const found = storageOn(dc, node, storage);
		if (target !== undefined && !found.shared) throw texts.nonSharedTarget(storage);
		if (target !== undefined) storageOn(dc, target, storage);
	}
	checkQuorum(dc, node);
	const source = loadConfig(dc, node, parameters.vmid ?? '');
	checkLock(source);
	if (snapname !== undefined) throw texts.noSnapshot(snapname);
	const full = parameters.full === undefined ? source.config.template !== '1' : isOn(parameters.full);
	if (!full && storage !== undefined) throw texts.linkedOption('storage');
	if (!full && format !== undefined) throw texts.linkedOption('format');
	const shared = checkStorageAccess(call, source, full);
	demandBridges(dc.world, caller, source.config);
	if (target !== undefined && !shared) throw texts.usesLocalStorage(target);
	if (dc.qemuOn(node, parameters.newid ?? '') !== undefined) throw texts.cloneExists(parameters.newid ?? '');
	return plan(call, source, full);
}

/** Whether every disk and CD lies on shared storage. Qemu.pm check_storage_access_clone. */
function checkStorageAccess({dc, caller, parameters}: Call, source: Guest, full: boolean): boolean {
	let shared = true;
	for (const [key, value] of Object.entries(source.config)) {
		if (!isDriveName(key)) continue;
		const drive = parseDrive(value);
		const storage = storageOf(drive.file);
		if (storage === undefined) continue;
		if (dc.world.storages[storage]?.shared !== true) shared = false;
		if (isCdrom(drive)) continue;
		demandAll(dc.world, caller, `/storage/${parameters.storage ?? storage}`, 'Datastore.AllocateSpace');
		if (!full && !isCloudinit(drive.file) && !canBeLinked(dc, drive.file)) {
			throw texts.linkedUnsupported(drive.file, key);
		}
	}
	return shared;
}

function canBeLinked(dc: Datacenter, volid: string): boolean {
	const kind = storageKinds[dc.world.storages[storageOf(volid) ?? '']?.type ?? 'dir'];
	return kind.linked && /[/:]base-\d+-disk-\d+(?:\.qcow2)?$/.test(volid);
}

function plan({dc, parameters}: Call, source: Guest, full: boolean): Plan {
	const config: Record<string, string> = {};
	const drives: Plan['drives'][number][] = [];
	for (const [key, value] of Object.entries(source.config)) {
		if (/^unused\d+$/.test(key) || key === 'template' || key === 'lock') continue;
		if (/^net\d+$/.test(key)) config[key] = renewMac(dc.random, value);
		else if (!isDriveName(key)) config[key] = value;
		else {
			const drive = parseDrive(value);
			if (isCdrom(drive)) config[key] = value;
			else drives.push({key, drive, full: full || isCloudinit(drive.file)});
		}
	}
	config.smbios1 = [`uuid=${dc.random.uuid()}`, ...(config.smbios1 ?? '').split(',').filter(isNoUuid)].join(',');
	if (config.vmgenid !== undefined) config.vmgenid = dc.random.uuid();
	config.name = parameters.name ?? `Copy-of-VM-${source.config.name ?? source.vmid}`;
	if (parameters.description !== undefined && parameters.description !== '') {
		config.description = parameters.description.replace(/\n+$/, '');
	}
	return {config, drives: drives.sort((a, b) => (a.key < b.key ? -1 : 1))};
}

const isNoUuid = (part: string): boolean => part !== '' && !part.startsWith('uuid=');

async function cloneWork(call: Call, worker: Worker): Promise<void> {
	const {dc, parameters} = call;
	const newid = Number(parameters.newid);
	// Both locks have a timeout of one second; the source's is shared, so that clones of one template may run together.
	await worker.locked(dc.locks, lockFile(parameters.vmid ?? ''), {shared: true, timeoutMs: 1000}, () =>
		worker.locked(dc.locks, lockFile(newid), {timeoutMs: 1000}, async () => {
			const planned = checked(call);
			const guest: Guest = {
				vmid: newid,
				type: 'qemu',
				node: call.node,
				config: {lock: 'clone', description: ' qmclone temporary file'},
				pending: {},
				power: 'stopped',
				startedAt: 0,
				stoppedAt: 0,
				pid: 0,
			};
			await createConfig(dc, guest);
			await copy(call, worker, guest, planned);
		}),
	);
}

async function copy(call: Call, worker: Worker, guest: Guest, planned: Plan): Promise<void> {
	const {dc, node, parameters} = call;
	const made: string[] = [];
	try {
		if (dc.world.pveVersion !== '8.4') worker.log(`creating a clone of VM ${parameters.vmid} with ID ${guest.vmid}`);
		await worker.pause(overheadMs);
		for (const {key, drive, full} of planned.drives) {
			const file = full
				? await copyFull(call, worker, guest, key, drive, made)
				: await copyLinked(call, worker, guest, key, drive, made);
			planned.config[key] = file;
			// After the first disk: name, description and tags are there, the lock still holds.
			await writeConfig(dc, guest, (written) => {
				written.config = {...planned.config, lock: 'clone'};
			});
		}
		await writeConfig(dc, guest, (written) => {
			written.config = {...planned.config};
		});
		const target = targetOf(call);
		if (target !== undefined) await writeConfig(dc, guest, (moved) => Object.assign(moved, {node: target}));
		// After the unlock, so a pool's ACLs do not reach the VM before the task's end.
		await joinPool(dc, node, worker, parameters.pool, guest.vmid);
	} catch (error) {
		if (error instanceof WorkerKilled) throw error;
		for (const volid of made) removeVolume(dc, node, volid);
		await dc.clock.sleep(1000);
		if (dc.world.guests[guest.vmid] === guest && guest.node === node) delete dc.world.guests[guest.vmid];
		throw die(`clone failed: ${exitText(error)}`);
	}
}

async function copyLinked(
	call: Call,
	worker: Worker,
	guest: Guest,
	key: string,
	drive: Drive,
	made: string[],
): Promise<string> {
	const {dc, node} = call;
	const storage = storageOf(drive.file) ?? '';
	const kind = storageKinds[dc.world.storages[storage]?.type ?? 'dir'];
	const base = drive.file.slice(storage.length + 1);
	worker.log(`create linked clone of drive ${key} (${drive.file})`);
	return await underStorageLock(dc, worker, storage, async () => {
		const name = freeDiskName(dc, node, storage, guest.vmid, 'qcow2');
		const own = kind.files ? `${guest.vmid}/${name}` : name;
		worker.log(`clone ${base}: images, ${name}, ${guest.vmid} to ${name} (base=../${base})`);
		const source = findVolume(dc, node, drive.file);
		if (source === undefined) throw texts.noVolume(drive.file);
		const volid = `${storage}:${kind.namesBase ? `${base}/` : ''}${own}`;
		made.push(volid);
		addVolume(dc, node, {
			volid,
			storage,
			content: 'images',
			format: kind.format,
			size: source.size,
			used: 528_384,
			vmid: guest.vmid,
			parent: kind.files ? `../${base}` : base,
		});
		const {createMs = 0} = dc.world.storages[storage]?.slow ?? {};
		await worker.pause(linkedDiskMs[source.node === null ? 'shared' : 'local'] + createMs);
		return printDrive({file: volid, options: drive.options});
	});
}

async function copyFull(
	call: Call,
	worker: Worker,
	guest: Guest,
	key: string,
	drive: Drive,
	made: string[],
): Promise<string> {
	const {dc, node, parameters} = call;
	const cloudinit = isCloudinit(drive.file);
	const storage = parameters.storage ?? storageOf(drive.file) ?? '';
	const kind = storageKinds[dc.world.storages[storage]?.type ?? 'dir'];
	const source = findVolume(dc, node, drive.file);
	if (source === undefined) throw texts.noVolume(drive.file);
	const format = kind.anyFormat ? (parameters.format ?? (cloudinit ? 'qcow2' : source.format)) : kind.format;
	const {createMs = 0, copyMs = 0} = dc.world.storages[storage]?.slow ?? {};
	worker.log(`create full clone of drive ${key} (${drive.file})`);
	const volid = await underStorageLock(dc, worker, storage, async () => {
		const name = cloudinit
			? `vm-${guest.vmid}-cloudinit${kind.files ? '.qcow2' : ''}`
			: freeDiskName(dc, node, storage, guest.vmid, format);
		const allocated = `${storage}:${kind.files ? `${guest.vmid}/` : ''}${name}`;
		made.push(allocated);
		const used = Math.min(source.used, source.size);
		addVolume(dc, node, {
			...{volid: allocated, storage, content: 'images', format, size: source.size, used},
			...{vmid: guest.vmid, parent: null},
		});
		await worker.pause(overheadMs + createMs);
		return allocated;
	});
	worker.log(`allocated target volume '${volid}'`);
	const interrupted = convertFailure(dc, {source: drive.file, format: source.format}, {source: volid, format});
	if (!cloudinit) await transfer(worker, source.size, copyMs, interrupted);
	const options = new Map(drive.options);
	options.set('size', formatSize(source.size));
	return printDrive({file: volid, options});
}

const steps = 4;
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** pve-common Format.pm render_bytes: `85.0 MiB`. */
function shownBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < byteUnits.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${value.toFixed(1)} ${byteUnits[unit]}`;
}

interface Image {
	readonly source: string;
	readonly format: string;
}

/** QemuServer.pm qemu_img_convert, as it ends on SIGTERM. Transcript 04, entry 95. */
function convertFailure(dc: Datacenter, from: Image, to: Image): string {
	const command = `/usr/bin/qemu-img convert -p -n -f ${from.format} -O ${to.format}`;
	const paths = `${volumePath(dc, from.source)} zeroinit:${volumePath(dc, to.source)}`;
	return `copy failed: command '${command} ${paths}' failed: interrupted by signal`;
}

async function transfer(worker: Worker, size: number, delayMs: number, interrupted: string): Promise<void> {
	const gib = size / 1024 ** 3;
	const progress = (share: number): string =>
		`transferred ${shownBytes(size * share)} of ${shownBytes(size)} (${(share * 100).toFixed(2)}%)`;
	worker.log(progress(0));
	for (let step = 1; step <= steps; step++) {
		try {
			await worker.pause((gib * fullDiskMsPerGiB + delayMs) / steps);
		} catch (error) {
			if (error instanceof WorkerKilled) throw error;
			throw die(interrupted);
		}
		worker.log(progress(step / steps));
	}
}
