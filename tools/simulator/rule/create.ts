import type {Call} from '../call.ts';
import {fork, isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {formatSize, isCdrom, isCloudinit, isDriveName, parseDrive, printDrive, storageOf} from '../drive.ts';
import {checkQuorum, createConfig, writeConfig} from '../pmxcfs.ts';
import {badParameters, die, texts} from '../refusal.ts';
import {driveViolation} from '../schema/vm-options.ts';
import {findVolume, storageOn, volumePath} from '../storage.ts';
import type {Worker} from '../task.ts';
import {exitText, WorkerKilled} from '../task.ts';
import {loadConfig, lockFile} from '../vm-config.ts';
import type {Guest, Volume} from '../world.ts';
import {volumeKey} from '../world.ts';
import {demandOptions} from './config-access.ts';
import {allocate, storedDrive} from './drive-change.ts';
import {withMac} from './network.ts';
import {joinPool} from './pool.ts';
import {demandTags, storedTags} from './tags.ts';

const control = new Set(['node', 'vmid', 'pool', 'start', 'force', 'storage', 'unique', 'archive', 'bwlimit']);

/** POST qemu: a new VM with new, imported or no disks. API2/Qemu.pm create_vm. */
export function create(call: Call): string {
	const {dc, node, parameters} = call;
	const vmid = Number(parameters.vmid);
	const {pool} = parameters;
	if (pool !== undefined && dc.world.pools[pool] === undefined) throw texts.noSuchPool(pool);
	const options = new Map(Object.entries(parameters).filter(([key]) => !control.has(key)));
	checkDrives(call, options);
	demandOptions(call, options, []);
	checkQuorum(dc, node);
	const existing = dc.world.guests[vmid];
	if (existing !== undefined) throw texts.createExists(vmid, existing.node);
	return fork(call, 'qmcreate', vmid, (worker) =>
		worker.locked(dc.locks, lockFile(vmid), {timeoutMs: 10_000}, () => work(call, worker, options)),
	);
}

function checkDrives({dc, node}: Call, options: ReadonlyMap<string, string>): void {
	for (const [key, value] of options) {
		if (!isDriveName(key)) continue;
		const {file, options: given} = parseDrive(value);
		const source = given.get('import-from');
		if (source !== undefined && !/:0$/.test(file)) {
			const text = "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>";
			throw badParameters({[key]: text});
		}
		if (source?.startsWith('/') === true) {
			throw texts.arbitraryPath(dc.world.pveVersion);
		}
		if (source !== undefined && /:iso\//.test(source)) {
			throw badParameters({[key]: `${source} has wrong type 'iso' - needs to be 'images' or 'import'`});
		}
		const wrong = driveViolation(key, value);
		if (wrong !== undefined) throw badParameters({[key]: wrong});
		const storage = storageOf(file);
		if (storage !== undefined) storageOn(dc, node, storage);
	}
}

// Transcript 01 of 9.2: a list that was asked for right behind the POST shows `lock: create`.
const createMs = 300;

async function work(call: Call, worker: Worker, options: ReadonlyMap<string, string>): Promise<void> {
	const {dc, node, parameters} = call;
	const vmid = Number(parameters.vmid);
	const blank = {pending: {}, power: 'stopped', startedAt: 0, stoppedAt: 0, pid: 0} as const;
	const guest: Guest = {...blank, pending: {}, vmid, type: 'qemu', node, config: {lock: 'create'}};
	await createConfig(dc, guest);
	try {
		await worker.pause(createMs);
		// 9 asks for the tags' privileges as well, 8 does not. Transcripts 08b of both versions.
		if (dc.world.pveVersion !== '8.4') demandTags(call, guest, options, []);
		const config: Record<string, string> = {};
		for (const [key, value] of options) {
			if (isDriveName(key)) config[key] = await newDrive(call, worker, guest, key, value);
			else if (/^net\d+$/.test(key)) config[key] = withMac(dc.random, value);
			else if (key === 'description') config[key] = value.replace(/\n+$/, '');
			// 8.4 keeps the tags as they were given. Transcripts 03b of both versions.
			else if (key === 'tags' && dc.world.pveVersion !== '8.4') config[key] = storedTags(dc.world, value);
			else config[key] = value;
		}
		config.smbios1 ??= `uuid=${dc.random.uuid()}`;
		config.vmgenid ??= dc.random.uuid();
		config.meta ??= `creation-qemu=10.0.13,ctime=${dc.seconds()}`;
		config.boot ??= bootOrder(config);
		await writeConfig(dc, guest, (written) => {
			written.config = config;
		});
		await joinPool(dc, node, worker, parameters.pool, vmid);
	} catch (error) {
		if (error instanceof WorkerKilled) throw error;
		if (dc.world.guests[vmid] === guest) delete dc.world.guests[vmid];
		throw die(`unable to create VM ${vmid} - ${exitText(error)}`);
	}
	if (isOn(parameters.start)) throw die('start after create is not simulated');
}

/** Drive.pm get_default_bootdevices; a VM that can boot from nothing has a blank. Transcript 09, entry 2. */
function bootOrder(config: Readonly<Record<string, string>>): string {
	const devices = Object.keys(config)
		.filter((key) => /^net\d+$/.test(key) || (isDriveName(key) && !isCloudinit(parseDrive(config[key] ?? '').file)))
		.sort((a, b) => Number(a.startsWith('net')) - Number(b.startsWith('net')));
	return devices.length === 0 ? ' ' : `order=${devices.join(';')}`;
}

async function newDrive(call: Call, worker: Worker, guest: Guest, key: string, value: string): Promise<string> {
	const {dc, node} = call;
	const drive = parseDrive(value);
	const source = drive.options.get('import-from');
	if (source === undefined) {
		await worker.pause(50);
		const stored = storedDrive(call, guest, key, value);
		if (!isCdrom(parseDrive(stored))) worker.log(`${key}: successfully created disk '${stored}'`);
		return stored;
	}
	const image = findVolume(dc, node, source);
	if (image === undefined) throw die(`failed to stat '${volumePath(dc, source)}'`);
	worker.log(`create full clone of drive (${source})`);
	await worker.pause(200);
	const size = virtualSize(dc, image);
	const file = allocate(call, guest, storageOf(drive.file) ?? '', size, drive.options.get('format') ?? image.format);
	worker.log(`allocated target volume '${file}'`);
	const options = new Map([...drive.options].filter(([name]) => name !== 'import-from' && name !== 'format'));
	options.set('size', formatSize(size));
	const stored = printDrive({file, options});
	worker.log(`${key}: successfully created disk '${stored}'`);
	return stored;
}

/** The size of the disk in an image: a qcow2 file says it in its header, any other file is the disk. */
function virtualSize({files}: Datacenter, {volid, node, size}: Volume): number {
	const header = files.get(volumeKey(volid, node))?.subarray(0, 32);
	if (header?.length !== 32 || header.subarray(0, 4).toString('latin1') !== 'QFI\xfb') return size;
	return Number(header.readBigUInt64BE(24)) || size;
}

/** POST template: the disks become base images. API2/Qemu.pm template. */
export function template(call: Call): string {
	const {dc, node, parameters} = call;
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	checkTemplate(guest);
	return fork(call, 'qmtemplate', guest.vmid, (worker) =>
		worker.locked(dc.locks, lockFile(guest.vmid), {timeoutMs: 10_000}, async () => {
			const current = loadConfig(dc, node, guest.vmid);
			checkTemplate(current);
			await worker.pause(100);
			await writeConfig(dc, current, (written) => makeBase(call, written));
		}),
	);
}

function checkTemplate(guest: Guest): void {
	if (guest.config.lock !== undefined) throw texts.locked(guest.config.lock);
	if (guest.config.template === '1') throw texts.templateAgain();
	if (guest.power !== 'stopped') throw die("you can't convert a VM to template if VM is running");
}

function makeBase({dc, node}: Call, guest: Guest): void {
	guest.config.template = '1';
	for (const [key, value] of Object.entries(guest.config)) {
		if (!isDriveName(key)) continue;
		const drive = parseDrive(value);
		const volume = findVolume(dc, node, drive.file);
		if (volume === undefined || isCdrom(drive) || isCloudinit(drive.file)) continue;
		const volid = drive.file.replace(/vm-(\d+-disk-)/, 'base-$1');
		const volumes = dc.world.volumes;
		delete volumes[volume.node === null ? volume.volid : `${volume.node}/${volume.volid}`];
		volumes[volume.node === null ? volid : `${volume.node}/${volid}`] = {...volume, volid};
		guest.config[key] = printDrive({file: volid, options: drive.options});
	}
}
