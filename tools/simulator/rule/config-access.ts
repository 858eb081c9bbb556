import {demandAll, demandAny, holdsAll, holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import {isCloudinit, isDriveName, parseDrive, storageOf} from '../drive.ts';
import {texts} from '../refusal.ts';
import {bridgePath} from './network.ts';

/** API2/Qemu.pm update_vm: at least one of these, before anything else is looked at. */
export const anyConfigPrivilege = ['Disk', 'CDROM', 'CPU', 'Memory', 'Network', 'HWType', 'Options', 'Cloudinit'].map(
	(what) => `VM.Config.${what}`,
);

const groups: Readonly<Record<string, readonly string[]>> = {
	'VM.Config.CPU': ['cores', 'sockets', 'cpu', 'cpulimit', 'cpuunits', 'vcpus', 'numa', 'smp', 'affinity'],
	'VM.Config.Memory': ['memory', 'balloon', 'shares'],
	'VM.Config.HWType': [
		...[
			'acpi',
			'hotplug',
			'kvm',
			'machine',
			'scsihw',
			'smbios1',
			'tablet',
			'vga',
			'watchdog',
			'audio0',
			'rng0',
			'arch',
		],
		...['bios', 'vmgenid', 'ivshmem', 'hugepages', 'keephugepages'],
	],
	'VM.Config.Options': [
		...['agent', 'autostart', 'description', 'keyboard', 'localtime', 'migrate_downtime', 'migrate_speed', 'name'],
		...['onboot', 'ostype', 'protection', 'reboot', 'startdate', 'startup', 'tags', 'tdf', 'template', 'hookscript'],
		...['spice_enhancements', 'vmstatestorage'],
	],
	'VM.Config.Disk': ['boot', 'bootdisk'],
};
const privilegeOf = new Map(Object.entries(groups).flatMap(([privilege, keys]) => keys.map((key) => [key, privilege])));

const cloudinitKeys = /^(?:ci\w+|sshkeys|nameserver|searchdomain|ipconfig\d+)$/;
const rootOnly = /^(?:args|lock|parallel\d+|hostpci\d+)$/;

/** Demands the privilege of every option that is set or removed. API2/Qemu.pm check_vm_modify_config_perm. */
export function demandOptions(call: Call, set: ReadonlyMap<string, string>, remove: readonly string[]): void {
	if (call.caller.isRoot) return;
	for (const key of [...remove, ...set.keys()]) demandOption(call, key, set.get(key));
	for (const [key, value] of set) if (/^net\d+$/.test(key)) demandBridge(call, key, value);
}

function demandOption(call: Call, key: string, value: string | undefined): void {
	if (rootOnly.test(key)) throw texts.rootOnly(key);
	if (isDriveName(key)) demandDrive(call, key, value);
	else if (/^unused\d+$/.test(key)) demandOnVm(call, 'VM.Config.Disk');
	else if (/^net\d+$/.test(key)) demandOnVm(call, 'VM.Config.Network');
	else if (cloudinitKeys.test(key)) demandOneOnVm(call, 'VM.Config.Cloudinit', 'VM.Config.Network');
	else if (/^(?:serial|usb)\d+$/.test(key)) demandOnVm(call, 'VM.Config.HWType');
	else if (/^numa\d+$/.test(key)) demandOnVm(call, 'VM.Config.CPU');
	else demandOnVm(call, privilegeOf.get(key) ?? 'VM.Config.Options');
	if (key === 'startup') demandAll(call.dc.world, call.caller, '/', 'Sys.Modify');
}

/** RPCEnvironment.pm check_vm_perm: for a VM that is made, its pool will do as well. */
function demandOnVm({dc: {world}, caller, parameters: {vmid, pool}}: Call, ...privileges: readonly string[]): void {
	if (pool !== undefined && holdsAll(world, caller, `/pool/${pool}`, privileges)) return;
	demandAll(world, caller, `/vms/${vmid}`, ...privileges);
}

function demandOneOnVm({dc: {world}, caller, parameters: {vmid, pool}}: Call, ...privileges: readonly string[]): void {
	if (pool !== undefined && holdsAny(world, caller, `/pool/${pool}`, privileges)) return;
	demandAny(world, caller, `/vms/${vmid}`, ...privileges);
}

/** API2/Qemu.pm check_storage_access, then update_vm_api $check_drive_perms: of the old drive, and of the new one. */
function demandDrive(call: Call, key: string, value: string | undefined): void {
	const {dc, node, parameters} = call;
	const old = dc.qemuOn(node, parameters.vmid ?? '')?.config[key];
	if (value !== undefined) demandStorage(call, value);
	if (old !== undefined) demandKind(call, old);
	if (value !== undefined) demandKind(call, value);
}

function demandStorage({dc: {world}, caller}: Call, value: string): void {
	const {file, options} = parseDrive(value);
	const storage = storageOf(file);
	if (storage === undefined || world.storages[storage] === undefined) return;
	const reads = options.get('media') === 'cdrom' && !isCloudinit(file);
	const privileges = ['Datastore.AllocateSpace', ...(reads ? ['Datastore.Audit'] : [])];
	demandAny(world, caller, `/storage/${storage}`, ...privileges);
}

function demandKind(call: Call, value: string): void {
	const {file, options} = parseDrive(value);
	if (isCloudinit(file)) demandOnVm(call, 'VM.Config.Cloudinit', 'VM.Config.CDROM');
	else demandOnVm(call, options.get('media') === 'cdrom' ? 'VM.Config.CDROM' : 'VM.Config.Disk');
}

function demandBridge({dc, node, caller, parameters}: Call, key: string, value: string): void {
	const path = bridgePath(dc.world, value);
	const old = bridgePath(dc.world, dc.qemuOn(node, parameters.vmid ?? '')?.config[key] ?? '');
	for (const demanded of [path, old]) if (demanded !== undefined) demandAll(dc.world, caller, demanded, 'SDN.Use');
}
