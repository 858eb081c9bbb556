import type {Call} from '../call.ts';
import {fork, isOn, isOverWithin} from '../call.ts';
import {configDigest} from '../config-file.ts';
import type {Drive} from '../drive.ts';
import {isCdrom, isCloudinit, isDriveName, parseDrive, storageOf} from '../drive.ts';
import {decodeForm} from '../http/form.ts';
import {awaitWritable, configPath} from '../pmxcfs.ts';
import {badParameters, die, texts} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import {driveViolation, vmOptions} from '../schema/vm-options.ts';
import {findVolume, removeVolume} from '../storage.ts';
import {checkLock, loadConfig, lockFile, shownConfig} from '../vm-config.ts';
import type {Guest} from '../world.ts';
import {demandOptions} from './config-access.ts';
import {checkSnippets, storedDrive} from './drive-change.ts';
import {withMac} from './network.ts';
import {demandTags, storedTags} from './tags.ts';

const lockMs = 10_000;
const control = new Set(['node', 'vmid', 'digest', 'delete', 'revert', 'skiplock', 'force', 'background_delay']);

/** GET config: pending values merged, `current=1` without them. API2/Qemu.pm vm_config. */
export function getConfig({dc, node, parameters}: Call): unknown {
	return shownConfig(loadConfig(dc, node, parameters.vmid ?? ''), isOn(parameters.current));
}

/** GET pending: one row for each key. API2/Qemu.pm vm_pending, GuestHelpers.pm config_with_pending_array. */
export function getPending({dc, node, parameters}: Call): unknown {
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	const {digest, ...current} = shownConfig({...guest, pending: {}}, true);
	const keys = [...new Set([...Object.keys(current), ...Object.keys(guest.pending)])];
	const rows = keys.map((key) => {
		const pending = guest.pending[key];
		return {
			key,
			...(current[key] === undefined ? {} : {value: current[key]}),
			...(pending === undefined ? {} : pending === null ? {delete: 1} : {pending}),
		};
	});
	return [...rows, {key: 'digest', value: digest}];
}

/** PUT config: synchronous. API2/Qemu.pm update_vm. */
export async function putConfig(call: Call): Promise<null> {
	const change = prepared(call);
	await underLock(call, change);
	return null;
}

/** POST config: the same in a task; with `background_delay` null when done in time. API2/Qemu.pm update_vm_async. */
export async function postConfig(call: Call): Promise<string | null> {
	const change = prepared(call);
	const {vmid = '', background_delay: delay} = call.parameters;
	const told = [...change.set]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, value]) => `-${key} ${value}`)
		.join(' ');
	const upid = fork(call, 'qmconfig', vmid, (worker) => {
		worker.log(`update VM ${vmid}: ${told}`);
		return worker.locked(call.dc.locks, lockFile(vmid), {timeoutMs: lockMs}, () => apply(call, change));
	});
	return delay !== undefined && (await isOverWithin(call, upid, Number(delay))) ? null : upid;
}

interface Change {
	readonly set: ReadonlyMap<string, string>;
	readonly remove: readonly string[];
	readonly revert: readonly string[];
}

/** What update_vm_api checks before it asks for the lock. */
function prepared(call: Call): Change {
	const {dc, node, caller, parameters} = call;
	const vmid = parameters.vmid ?? '';
	if (isOn(parameters.skiplock) && !caller.isRoot) throw texts.rootOnlyOption('skiplock');
	const set = new Map(Object.entries(parameters).filter(([key]) => !control.has(key)));
	const remove = splitList(parameters.delete ?? '');
	const revert = splitList(parameters.revert ?? '');
	if (set.size + remove.length + revert.length === 0) throw texts.noOptions();
	for (const key of remove) {
		if (set.has(key)) throw badParameters({delete: `you can't use '-${key}' and -delete ${key}' at the same time`});
		if (vmOptions[key] === undefined) throw badParameters({delete: `unknown option '${key}'`});
	}
	for (const [key, value] of set) {
		const wrong = driveViolation(key, value);
		if (wrong !== undefined) throw badParameters({[key]: wrong});
		if (key === 'hookscript') checkHookscript(call, value);
	}
	demandOptions(call, set, remove);
	// qemu-server 9 API2/Qemu.pm:2229: looks at the VM's lock before it waits for the lock file; 8 waits first.
	if (dc.world.pveVersion !== '8.4' && !isOn(parameters.skiplock)) checkLock(loadConfig(dc, node, vmid));
	else loadConfig(dc, node, vmid);
	return {set, remove, revert};
}

/** GuestHelpers.pm check_hookscript. */
function checkHookscript({dc, node}: Call, volid: string): void {
	if (findVolume(dc, node, volid) !== undefined) return;
	throw badParameters({hookscript: `script '${volid}' does not exist\n`});
}

async function underLock(call: Call, change: Change): Promise<void> {
	const {dc, node, parameters} = call;
	const file = lockFile(parameters.vmid ?? '');
	const release = await dc.locks.acquire(`${node}:${file}`, {timeoutMs: lockMs});
	if (release === undefined) throw texts.lockTimeout(file);
	try {
		await apply(call, change);
	} finally {
		release();
	}
}

async function apply(call: Call, {set, remove, revert}: Change): Promise<void> {
	const {dc, node, parameters} = call;
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	if (parameters.digest !== undefined && parameters.digest !== configDigest(guest)) throw texts.digest();
	if (!isOn(parameters.skiplock)) checkLock(guest);
	// Every value is made ready before anything is written: a missing volume changes nothing.
	const ready = new Map<string, string>();
	for (const [key, value] of set) ready.set(key, storedValue(call, guest, key, value));
	demandTags(call, guest, set, remove);
	await awaitWritable(dc, node, configPath(node, guest.vmid));
	for (const key of revert) delete guest.pending[key];
	for (const key of remove) removeKey(call, guest, key);
	for (const [key, value] of ready) setKey(call, guest, key, value);
	// Cloudinit.pm: the drive's image is made when everything is written, so a missing snippet comes too late to undo it.
	const drawn = [...ready].some(([key, value]) => isDriveName(key) && isCloudinit(parseDrive(value).file));
	if (drawn && guest.power === 'stopped') checkSnippets(dc, node, guest);
}

/** The spelling PVE keeps of a value. */
function storedValue(call: Call, guest: Guest, key: string, value: string): string {
	if (key === 'tags') return storedTags(call.dc.world, value);
	if (key === 'description') return value.replace(/\n+$/, '');
	if (/^net\d+$/.test(key)) return withMac(call.dc.random, value);
	if (isDriveName(key)) return storedDrive(call, guest, key, value);
	if (key === 'sshkeys') checkKeys(value);
	return value;
}

/** Cloudinit.pm: ssh-keygen has to like every key. */
function checkKeys(value: string): void {
	const lines = decodeForm(`keys=${value}`).keys?.toString().trim().split('\n') ?? [];
	if (!lines.every((line) => /^(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/]+=*/.test(line))) {
		throw die('SSH public key validation error');
	}
}

// QemuServer.pm $fast_plug_option: these apply to a running VM at once.
const atOnce = new Set([
	...['name', 'description', 'tags', 'onboot', 'protection', 'lock', 'startup', 'hookscript', 'agent', 'boot'],
	...[
		'ciuser',
		'cipassword',
		'sshkeys',
		'nameserver',
		'searchdomain',
		'cicustom',
		'citype',
		'ciupgrade',
		'migrate_speed',
	],
]);

function setKey(call: Call, guest: Guest, key: string, value: string): void {
	const waits = guest.power !== 'stopped' && !appliesAtOnce(guest, key, value);
	if (waits) {
		if (guest.config[key] === value) delete guest.pending[key];
		else guest.pending[key] = value;
		if (isDriveName(key) && guest.config[key] === undefined && isCdrom(parseDrive(value))) bootPending(guest, key);
		return;
	}
	delete guest.pending[key];
	if (value === '' && key === 'description') delete guest.config[key];
	else replaceKey(call, guest, key, value);
}

function replaceKey(call: Call, guest: Guest, key: string, value: string): void {
	const before = guest.config[key];
	guest.config[key] = value;
	if (!isDriveName(key)) return;
	const old = before === undefined ? undefined : parseDrive(before);
	if (old !== undefined && old.file !== parseDrive(value).file) letGo(call, guest, old);
	for (const unused of Object.keys(guest.config)) {
		if (/^unused\d+$/.test(unused) && guest.config[unused] === parseDrive(value).file) delete guest.config[unused];
	}
	if (before === undefined && isCdrom(parseDrive(value))) addToBootOrder(guest, key);
}

/** A CD can be changed under a running VM (eject is immediate); a new CD drive waits for the next start. FACTS 7, 17. */
function appliesAtOnce(guest: Guest, key: string, value: string): boolean {
	if (atOnce.has(key) || key.startsWith('ipconfig')) return true;
	const old = guest.config[key];
	return isDriveName(key) && old !== undefined && isCdrom(parseDrive(old)) && isCdrom(parseDrive(value));
}

function addToBootOrder(guest: Guest, key: string): void {
	const order = withBootDevice(guest.config.boot, key);
	if (order !== undefined) guest.config.boot = order;
}

/** A drive that waits for the next start boots from then on, even if it is taken back. Transcript 06 of 9.2, entry 75. */
function bootPending(guest: Guest, key: string): void {
	const order = withBootDevice(guest.pending.boot ?? guest.config.boot, key);
	if (order !== undefined && order !== guest.config.boot) guest.pending.boot = order;
}

function withBootDevice(order: string | undefined, key: string): string | undefined {
	if (order?.startsWith('order=') !== true) return undefined;
	return order.slice(6).split(';').includes(key) ? order : `${order};${key}`;
}

function removeKey(call: Call, guest: Guest, key: string): void {
	const value = guest.config[key];
	delete guest.pending[key];
	if (value === undefined) return;
	if (guest.power !== 'stopped' && !appliesAtOnce(guest, key, '') && !/^unused\d+$/.test(key)) {
		guest.pending[key] = null;
		return;
	}
	delete guest.config[key];
	if (/^unused\d+$/.test(key)) removeVolume(call.dc, call.node, value);
	if (isDriveName(key) || /^net\d+$/.test(key)) dropFromBootOrder(guest, key);
	if (isDriveName(key)) letGo(call, guest, parseDrive(value));
}

function dropFromBootOrder(guest: Guest, key: string): void {
	const boot = guest.config.boot;
	if (boot?.startsWith('order=') !== true) return;
	const devices = boot.slice('order='.length).split(';');
	guest.config.boot = `order=${devices.filter((name) => name !== key).join(';')}`;
}

/** A cloud-init drive goes with its volume, a disk is kept as unusedN. QemuServer.pm vmconfig_register_unused_drive. */
function letGo({dc, node}: Call, guest: Guest, drive: Drive): void {
	if (isCdrom(drive) || storageOf(drive.file) === undefined) return;
	if (isCloudinit(drive.file)) removeVolume(dc, node, drive.file);
	else if (findVolume(dc, node, drive.file) !== undefined) keepUnused(guest, drive.file);
}

function keepUnused(guest: Guest, volid: string): void {
	for (let index = 0; index < 256; index++) {
		if (guest.config[`unused${index}`] !== undefined) continue;
		guest.config[`unused${index}`] = volid;
		return;
	}
}
