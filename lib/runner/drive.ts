import type {VmConfig} from './observed.ts';

/** A drive of a VM's config, e.g. `scsi0: local-lvm:vm-100-disk-0,size=20G`. */
export interface Drive {
	readonly key: string;
	/** `none` for an empty CD drive. */
	readonly volumeId: string;
	readonly cdrom: boolean;
	/** Whether PVE makes the content itself, from its own cloud-init settings. */
	readonly cloudInit: boolean;
	readonly sizeGiB?: number;
}

// qemu-server QemuServer/Drive.pm: the keys that hold a drive.
const driveKey = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/;

/** Every drive in `config`, by key. */
export function drivesOf(config: VmConfig): readonly Drive[] {
	return Object.keys(config)
		.filter((key) => driveKey.test(key))
		.sort()
		.map((key) => readDrive(key, config[key] ?? ''));
}

/** The disk that a `disk` of a flavor means: the first disk of the boot order, else the first one there is. */
export function bootDiskOf(config: VmConfig): Drive | undefined {
	const disks = drivesOf(config).filter(({key, cdrom}) => !cdrom && !/^(?:efidisk|tpmstate)/.test(key));
	const order = /(?:^|,)order=([^,]*)/.exec(config.boot ?? '')?.[1]?.split(';') ?? [];
	const first = [...order, config.bootdisk, 'scsi0', 'virtio0', 'sata0', 'ide0'].find((key) =>
		disks.some((disk) => disk.key === key),
	);
	return disks.find((disk) => disk.key === first) ?? disks[0];
}

/** Why a template's disk cannot have the size that a machine asks for: PVE grows disks only. Absent where it can. */
export function diskShortage(diskGiB: number | undefined, config: VmConfig): string | undefined {
	const sizeGiB = bootDiskOf(config)?.sizeGiB;
	if (diskGiB === undefined || sizeGiB === undefined || diskGiB >= sizeGiB) return undefined;
	return `its disk has ${sizeGiB} GiB, and PVE cannot shrink it to the flavor's ${diskGiB} GiB`;
}

/** The storage of a volume id such as `local:iso/x.iso`. */
export function storageOf(volumeId: string): string {
	return volumeId.split(':', 1)[0] ?? '';
}

/** The file of a volume id such as `local:iso/x.iso`. */
export function fileOf(volumeId: string): string {
	return volumeId.slice(volumeId.lastIndexOf('/') + 1);
}

function readDrive(key: string, value: string): Drive {
	const [first = '', ...options] = value.split(',');
	const volumeId = first.replace(/^file=/, '');
	const cdrom = options.includes('media=cdrom');
	const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
	const sizeGiB = size === undefined ? undefined : readSizeGiB(size);
	return {
		key,
		volumeId,
		cdrom,
		cloudInit: cdrom && /[:/]vm-\d+-cloudinit\b|:cloudinit\b/.test(volumeId),
		...(sizeGiB === undefined ? {} : {sizeGiB}),
	};
}

const unitGiB: Readonly<Record<string, number>> = {'': 2 ** -30, K: 2 ** -20, M: 2 ** -10, G: 1, T: 2 ** 10};

// qemu-server QemuServer/Drive.pm parse_size: a number and one of K, M, G, T.
function readSizeGiB(size: string): number | undefined {
	const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size) ?? [];
	const factor = unitGiB[unit];
	return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}
