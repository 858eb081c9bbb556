import type {Call} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {formatSize, isCloudinit, isDriveName, parseDrive, printDrive, storageOf} from '../drive.ts';
import {die} from '../refusal.ts';
import {addVolume, findVolume, freeDiskName, storageKinds, storageOn, volumeOn, volumePath} from '../storage.ts';
import type {Guest} from '../world.ts';

const newDisk = /^([A-Za-z][\w.-]*):(\d+(?:\.\d+)?)$/;
const cloudinitBytes = 4 * 1024 * 1024;

/** A drive as the config keeps it: new disks and cloud-init drives are made, existing volumes must exist. */
export function storedDrive(call: Call, guest: Guest, key: string, value: string): string {
	const {dc, node} = call;
	const drive = parseDrive(value);
	const options = new Map(drive.options);
	const storage = storageOf(drive.file);
	if (storage === undefined) return printDrive({file: drive.file, options});
	if (/^[^:]+:cloudinit$/.test(drive.file)) return newCloudinit(call, guest, key, storage);
	const wanted = newDisk.exec(drive.file);
	if (wanted !== null) {
		const file = allocate(call, guest, storage, Number(wanted[2]) * 1024 ** 3, options.get('format'));
		options.delete('format');
		options.set('size', formatSize(Number(wanted[2]) * 1024 ** 3));
		return printDrive({file, options});
	}
	const volume = volumeOn(dc, node, drive.file);
	options.set('size', options.get('size') ?? shownSize(volume.size));
	return printDrive({file: drive.file, options});
}

/** Whole kibibytes upwards for files whose size is not a whole number of them. FACTS section 7: `size=366K`. */
const shownSize = (bytes: number): string => (bytes % 1024 === 0 ? formatSize(bytes) : `${Math.ceil(bytes / 1024)}K`);

function newCloudinit({dc, node}: Call, guest: Guest, key: string, storage: string): string {
	const kind = storageKinds[storageOn(dc, node, storage).type];
	const name = `vm-${guest.vmid}-cloudinit${kind.files ? '.qcow2' : ''}`;
	const volid = `${storage}:${kind.files ? `${guest.vmid}/` : ''}${name}`;
	for (const [other, text] of Object.entries(guest.config)) {
		if (other !== key && isDriveName(other) && isCloudinit(parseDrive(text).file)) {
			throw die(`${key} - cloud-init drive is already attached at '${other}'`);
		}
	}
	if (findVolume(dc, node, volid) !== undefined) throw die(`disk image '${volumePath(dc, volid)}' already exists`);
	addVolume(dc, node, {
		...{volid, storage, content: 'images', format: kind.format, size: cloudinitBytes, used: 266_240},
		...{vmid: guest.vmid, parent: null},
	});
	return `${volid},media=cdrom`;
}

/** Cloudinit.pm get_custom_cloudinit_files: a cloud-init drive needs the snippets that the config names. */
export function checkSnippets(dc: Datacenter, node: string, {config}: Pick<Guest, 'config'>): void {
	const hasDrive = Object.entries(config).some(([key, text]) => isDriveName(key) && isCloudinit(parseDrive(text).file));
	for (const part of hasDrive ? (config.cicustom ?? '').split(',') : []) {
		const volid = part.slice(part.indexOf('=') + 1);
		if (storageOf(volid) !== undefined) volumeOn(dc, node, volid);
	}
}

/** Makes an empty disk and gives its volume id. */
export function allocate(
	{dc, node}: Call,
	guest: Pick<Guest, 'vmid'>,
	storage: string,
	size: number,
	wantedFormat?: string,
): string {
	const kind = storageKinds[storageOn(dc, node, storage).type];
	// Plugin.pm default_format: raw also where files could be something better. Transcript 05, entry 179.
	const format = kind.anyFormat ? (wantedFormat ?? 'raw') : kind.format;
	const name = freeDiskName(dc, node, storage, guest.vmid, format);
	const volid = `${storage}:${kind.files ? `${guest.vmid}/` : ''}${name}`;
	addVolume(dc, node, {
		...{volid, storage, content: 'images', format, size, used: Math.min(size, 331_776)},
		...{vmid: guest.vmid, parent: null},
	});
	return volid;
}
