import {forgetAccess} from '../access.ts';
import type {Call} from '../call.ts';
import {fork, isOn} from '../call.ts';
import {isCdrom, isDriveName, parseDrive, storageOf} from '../drive.ts';
import {awaitCfsLock, awaitWritable, configPath, isQuorate} from '../pmxcfs.ts';
import {texts} from '../refusal.ts';
import {checkBaseUnused, findVolume, removeVolume} from '../storage.ts';
import type {Worker} from '../task.ts';
import {checkLock, loadConfig, lockFile} from '../vm-config.ts';
import type {Guest} from '../world.ts';

const lockMs = 10_000;
const diskMs = 60;
const aclMs = 10;

/** DELETE qemu/ID: missing, protected, HA-managed and running VMs are refused at once. API2/Qemu.pm destroy_vm. */
export function destroy(call: Call): string {
	const {parameters, caller} = call;
	const vmid = parameters.vmid ?? '';
	if (isOn(parameters.skiplock) && !caller.isRoot) throw texts.rootOnlyOption('skiplock');
	earlyChecks(call);
	return fork(call, 'qmdestroy', vmid, (worker) =>
		worker.locked(call.dc.locks, lockFile(vmid), {timeoutMs: lockMs}, () => work(call, worker)),
	);
}

function earlyChecks({dc, node, parameters}: Call): Guest {
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	if (guest.config.protection === '1') throw texts.protectedVm(guest.vmid);
	if (guest.ha !== undefined && !isOn(parameters.purge)) throw texts.usedInHa(guest.vmid);
	if (guest.power !== 'stopped') throw texts.runningDestroy(guest.vmid);
	return guest;
}

async function work(call: Call, worker: Worker): Promise<void> {
	const {dc, node, parameters} = call;
	const guest = earlyChecks(call);
	if (guest.ha !== undefined) worker.log(`NOTE: removed VM ${guest.vmid} from HA resource configuration.`);
	if (!isOn(parameters.skiplock)) checkLock(guest);
	const volids = ownVolumes(call, guest);
	for (const volid of volids) checkBaseUnused(dc, node, volid);
	// QemuServer.pm destroy_vm: the disks go first; without quorum the config then stays behind.
	for (const volid of volids) await freeDisk(call, worker, volid);
	// Its $replacement_conf: nothing of the VM is left in the config but the lock.
	await awaitWritable(dc, node, configPath(node, guest.vmid));
	guest.config = {lock: 'destroyed'};
	guest.pending = {};
	await worker.pause(diskMs);
	// AccessControl.pm remove_vm_access comes before destroy_config.
	await awaitCfsLock(dc, node, 'file-user_cfg');
	forget(call, guest.vmid);
	await worker.pause(aclMs);
	await awaitWritable(dc, node, configPath(node, guest.vmid));
	delete dc.world.guests[guest.vmid];
	if (isOn(parameters.purge)) worker.log(`purging VM ${guest.vmid} from related configurations..`);
	if (isOn(parameters['destroy-unreferenced-disks'])) freeUnreferenced(call, guest.vmid);
}

function ownVolumes({dc, node}: Call, guest: Guest): readonly string[] {
	const volids: string[] = [];
	for (const [key, value] of Object.entries(guest.config)) {
		if (!isDriveName(key) && !/^unused\d+$/.test(key)) continue;
		const drive = parseDrive(value);
		if (isCdrom(drive) || storageOf(drive.file) === undefined) continue;
		if (findVolume(dc, node, drive.file)?.vmid === guest.vmid) volids.push(drive.file);
	}
	return volids;
}

async function freeDisk({dc, node}: Call, worker: Worker, volid: string): Promise<void> {
	const storage = storageOf(volid) ?? '';
	await worker.pause(diskMs);
	if (dc.world.storages[storage]?.shared === true && !isQuorate(dc.world, node)) {
		await worker.pause(9000);
		const why = texts.noQuorumForLock(`storage-${storage}`).message;
		const line = `Could not remove disk '${volid}', check manually: ${why}`;
		// qemu-server 9 QemuServer.pm destroy_vm: log_warn; 8 only prints it, and the task ends as OK.
		if (dc.world.pveVersion === '8.4') worker.log(line);
		else worker.warn(line);
		return;
	}
	removeVolume(dc, node, volid);
}

/** Every destroy takes the VM out of its pool and removes the ACLs on its path. FACTS section 8. */
function forget({dc}: Call, vmid: number): void {
	for (const pool of Object.values(dc.world.pools)) {
		const at = pool.vms.indexOf(vmid);
		if (at >= 0) pool.vms.splice(at, 1);
	}
	forgetAccess(dc.world, ({path}) => path === `/vms/${vmid}`);
}

function freeUnreferenced({dc, node}: Call, vmid: number): void {
	for (const volume of Object.values(dc.world.volumes)) {
		if (volume.vmid === vmid && (volume.node === null || volume.node === node)) removeVolume(dc, node, volume.volid);
	}
}
