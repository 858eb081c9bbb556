import {demandAll} from '../access.ts';
import type {Call} from '../call.ts';
import {fork} from '../call.ts';
import {formatSize, isCdrom, isDriveName, parseDrive, parseSize, printDrive, storageOf} from '../drive.ts';
import {writeConfig} from '../pmxcfs.ts';
import {die, texts} from '../refusal.ts';
import {findVolume, volumePath} from '../storage.ts';
import {checkLock, loadConfig, lockFile} from '../vm-config.ts';

const lockMs = 10_000;

/** PUT resize: even the disk's existence is checked in the task. API2/Qemu.pm resize_vm. */
export function resize(call: Call): string {
	const {dc, node, caller, parameters} = call;
	const {vmid = '', disk = '', size = ''} = parameters;
	return fork(call, 'resize', vmid, (worker) =>
		worker.locked(dc.locks, lockFile(vmid), {timeoutMs: lockMs}, async () => {
			const guest = loadConfig(dc, node, vmid);
			checkLock(guest);
			const text = guest.config[disk];
			if (text === undefined || !isDriveName(disk)) throw texts.noDisk(disk);
			const drive = parseDrive(text);
			if (isCdrom(drive)) throw die("you can't resize a cdrom");
			const storage = storageOf(drive.file);
			if (storage === undefined) throw texts.noVolume(drive.file);
			demandAll(dc.world, caller, `/storage/${storage}`, 'Datastore.AllocateSpace');
			const volume = findVolume(dc, node, drive.file);
			if (volume === undefined) throw texts.noVolume(drive.file);
			const wanted = (parseSize(size.replace(/^\+/, '')) ?? 0) + (size.startsWith('+') ? volume.size : 0);
			if (wanted < volume.size) throw texts.shrink();
			if (guest.config.template === '1') {
				const path = volumePath(dc, drive.file);
				const preallocation = dc.world.pveVersion === '8.4' ? '' : "'--preallocation=metadata' ";
				worker.log(`qemu-img: Could not open '${path}': Operation not permitted`);
				throw die(`command '/usr/bin/qemu-img resize ${preallocation}-f qcow2 ${path} ${wanted}' failed: exit code 1`);
			}
			await worker.pause(50);
			volume.size = wanted;
			worker.log('Image resized.');
			await writeConfig(dc, guest, (written) => {
				const options = new Map([...drive.options, ['size', formatSize(wanted)]]);
				written.config[disk] = printDrive({file: drive.file, options});
			});
		}),
	);
}
