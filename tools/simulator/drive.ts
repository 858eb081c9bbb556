/** A drive's value taken apart: the volume (or `none`, or `STORE:SIZE`), and the options in their order. */
export interface Drive {
	readonly file: string;
	readonly options: ReadonlyMap<string, string>;
}

const driveName = /^(?:ide[0-3]|sata[0-5]|scsi(?:[12]?\d|30)|virtio(?:1[0-5]|\d)|efidisk0|tpmstate0)$/;

/** Whether a config key is a drive. qemu-server Drive.pm is_valid_drivename. */
export const isDriveName = (key: string): boolean => driveName.test(key);

/** Reads `local:iso/x.iso,media=cdrom`; the file may also be given as `file=`. Drive.pm parse_drive. */
export function parseDrive(value: string): Drive {
	const options = new Map<string, string>();
	let file = '';
	for (const part of value.split(',')) {
		const at = part.indexOf('=');
		if (at < 0) file = part;
		else if (part.slice(0, at) === 'file') file = part.slice(at + 1);
		else options.set(part.slice(0, at), part.slice(at + 1));
	}
	return {file, options};
}

/** Writes a drive as PVE does: the file first, then the options by name. Drive.pm print_drive. */
export function printDrive({file, options}: Drive): string {
	return [file, ...[...options].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`)].join(
		',',
	);
}

/** Drive.pm drive_is_cloudinit. */
export const isCloudinit = (file: string): boolean => /[:/](?:vm-\d+-)?cloudinit(?:\.\w+)?$/.test(file);

/** Whether the drive holds a CD that is not cloud-init's. Drive.pm drive_is_cdrom with exclude_cloudinit. */
export const isCdrom = ({file, options}: Drive): boolean => options.get('media') === 'cdrom' && !isCloudinit(file);

/** The storage of a volume id; `undefined` for `none`, `cdrom` and paths. */
export function storageOf(volid: string): string | undefined {
	return /^([A-Za-z][\w.-]*):/.exec(volid)?.[1];
}

const units: Readonly<Record<string, number>> = {K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4};

/** Bytes of `20G`, `1.5G`, `1048576`. JSONSchema.pm parse_size. */
export function parseSize(size: string): number | undefined {
	const found = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(size);
	if (found === null) return undefined;
	return Math.floor(Number(found[1]) * (units[found[2] ?? ''] ?? 1));
}

/** The shortest whole spelling: `20G`, `366K`, `374784`. JSONSchema.pm format_size. */
export function formatSize(bytes: number): string {
	let value = bytes;
	let unit = '';
	for (const next of ['K', 'M', 'G', 'T']) {
		if (value === 0 || value % 1024 !== 0) break;
		value /= 1024;
		unit = next;
	}
	return `${value}${unit}`;
}
