import {isDriveName} from '../drive.ts';
import {
	dnsNameFormat,
	ipv4Config,
	ipv4Format,
	ipv6Config,
	ipv6Format,
	propertyString,
	tagListFormat,
	urlencodedFormat,
} from './formats.ts';
import type {Rule, Schema} from './verify.ts';

const text: Rule = {type: 'string'};
const flag: Rule = {type: 'boolean'};
const whole = (minimum?: number, maximum?: number): Rule => ({
	type: 'integer',
	...(minimum === undefined ? {} : {minimum}),
	...(maximum === undefined ? {} : {maximum}),
});
const words = (...values: readonly string[]): Rule => ({type: 'string', enum: values});
const formatted = (format: NonNullable<Rule['format']>): Rule => ({type: 'string', format});

const networkModels = [
	...['e1000', 'e1000-82540em', 'e1000-82544gc', 'e1000-82545em', 'e1000e', 'i82551', 'i82557b', 'i82559er'],
	...['ne2k_isa', 'ne2k_pci', 'pcnet', 'rtl8139', 'virtio', 'vmxnet3'],
];

const cpuModels =
	/^(?:custom-.+|host|max|qemu32|qemu64|kvm32|kvm64|x86-64-v[234](?:-AES)?|486|pentium[23]?|athlon|phenom|core(?:2)?duo|Opteron_G[1-5]|EPYC(?:-.+)?|(?:Nehalem|Westmere|Conroe|Penryn|SandyBridge|IvyBridge|Haswell|Broadwell|Skylake|Cascadelake|Cooperlake|Icelake|SapphireRapids|GraniteRapids|KnightsMill)(?:-.+)?|cortex-.+|neoverse-.+|a64fx)$/;

// qemu-server CPUConfig.pm
const cpu: Rule['format'] = (value) => {
	const model = /(?:^|cputype=)([^,=]+)(?:,|$)/.exec(value)?.[1] ?? '';
	return cpuModels.test(model) ? undefined : `Built-in cputype '${model}' is not defined (missing 'custom-' prefix?)`;
};

// qemu-server QemuServer/Network.pm
const net = propertyString(
	{
		model: {...words(...networkModels), required: true},
		macaddr: {type: 'string', pattern: /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i},
		bridge: text,
		firewall: flag,
		link_down: flag,
		mtu: whole(1, 65_520),
		queues: whole(0, 64),
		rate: {type: 'number', minimum: 0},
		tag: whole(1, 4094),
		trunks: text,
	},
	'model',
	networkModels,
);
const netFormat: Rule['format'] = (value, name, version) =>
	net(value.replace(/^([^=,]+)=([0-9a-fA-F:]{17})/, '$1,macaddr=$2'), name, version);

// qemu-server QemuServer/Drive.pm
const driveOptions: Schema = {
	file: {...text, required: true},
	...Object.fromEntries(
		['aio', 'bps', 'bps_rd', 'bps_wr', 'cache', 'cyls', 'discard', 'efitype', 'format', 'heads', 'import-from'].map(
			(key) => [key, text],
		),
	),
	...Object.fromEntries(
		['iops', 'iops_rd', 'iops_wr', 'mbps', 'mbps_rd', 'mbps_wr', 'model', 'product', 'queues', 'rerror'].map((key) => [
			key,
			text,
		]),
	),
	...Object.fromEntries(['secs', 'serial', 'trans', 'vendor', 'version', 'werror', 'wwn'].map((key) => [key, text])),
	...Object.fromEntries(
		[
			'backup',
			'detect_zeroes',
			'iothread',
			'pre-enrolled-keys',
			'replicate',
			'ro',
			'scsiblock',
			'shared',
			'snapshot',
			'ssd',
		].map((key) => [key, flag]),
	),
	media: words('cdrom', 'disk'),
	size: {type: 'string', pattern: /^\d+(?:\.\d+)?[KMGT]?$/},
};

const base64Text = /^[A-Za-z0-9+/]+={0,2}$/;
const smbios = propertyString({
	base64: flag,
	uuid: {type: 'string', pattern: /^[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$/},
	...Object.fromEntries(
		['family', 'manufacturer', 'product', 'serial', 'sku', 'version'].map((key) => [
			key,
			{type: 'string', pattern: base64Text} satisfies Rule,
		]),
	),
});

const single: Schema = {
	acpi: flag,
	affinity: text,
	agent: formatted(
		propertyString(
			{
				enabled: {...flag, required: true},
				'freeze-fs-on-backup': flag,
				fstrim_cloned_disks: flag,
				type: words('virtio', 'isa'),
			},
			'enabled',
		),
	),
	arch: words('x86_64', 'aarch64'),
	args: text,
	audio0: text,
	autostart: flag,
	balloon: whole(0),
	bios: words('seabios', 'ovmf'),
	boot: text,
	bootdisk: text,
	cdrom: text,
	cicustom: formatted(propertyString({meta: text, network: text, user: text, vendor: text})),
	cipassword: text,
	citype: words('configdrive2', 'nocloud', 'opennebula'),
	ciupgrade: flag,
	ciuser: text,
	cores: whole(1),
	cpu: formatted(cpu),
	cpulimit: {type: 'number', minimum: 0, maximum: 128},
	cpuunits: whole(1, 262_144),
	description: {type: 'string', maxLength: 8192},
	hookscript: text,
	hotplug: text,
	hugepages: words('any', '2', '1024'),
	ivshmem: text,
	keephugepages: flag,
	keyboard: text,
	kvm: flag,
	localtime: flag,
	lock: words(
		...['backup', 'clone', 'create', 'migrate', 'rollback', 'snapshot', 'snapshot-delete', 'suspending', 'suspended'],
	),
	machine: text,
	memory: formatted(propertyString({current: {...whole(16), required: true}}, 'current')),
	migrate_downtime: {type: 'number', minimum: 0},
	migrate_speed: whole(0),
	name: formatted(dnsNameFormat),
	nameserver: text,
	numa: flag,
	onboot: flag,
	ostype: words(
		'other',
		'wxp',
		'w2k',
		'w2k3',
		'w2k8',
		'wvista',
		'win7',
		'win8',
		'win10',
		'win11',
		'l24',
		'l26',
		'solaris',
	),
	protection: flag,
	reboot: flag,
	rng0: text,
	scsihw: words('lsi', 'lsi53c810', 'virtio-scsi-pci', 'virtio-scsi-single', 'megasas', 'pvscsi'),
	searchdomain: text,
	shares: whole(0, 50_000),
	smbios1: {...formatted(smbios), maxLength: 512},
	smp: whole(1),
	sockets: whole(1),
	spice_enhancements: text,
	sshkeys: formatted(urlencodedFormat),
	startdate: text,
	startup: text,
	tablet: flag,
	tags: {type: 'list', format: tagListFormat},
	tdf: flag,
	template: flag,
	vcpus: whole(1),
	vga: text,
	vmgenid: {type: 'string', pattern: /^(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])$/},
	vmstatestorage: text,
	watchdog: text,
};

const ipconfig = formatted(
	propertyString({
		ip: formatted(ipv4Config),
		gw: {...formatted(ipv4Format), requires: 'ip'},
		ip6: formatted(ipv6Config),
		gw6: {...formatted(ipv6Format), requires: 'ip6'},
	}),
);

const indexed = (prefix: string, count: number, rule: Rule): Schema =>
	Object.fromEntries(Array.from({length: count}, (_, index) => [`${prefix}${index}`, rule]));

const drive = formatted(propertyString(driveOptions, 'file'));

/** Every key a VM's config may have. qemu-server QemuServer.pm $confdesc. */
export const vmOptions: Schema = {
	...single,
	...indexed('net', 32, {type: 'string', format: netFormat}),
	...indexed('ipconfig', 32, ipconfig),
	...indexed('ide', 4, drive),
	...indexed('sata', 6, drive),
	...indexed('scsi', 31, drive),
	...indexed('virtio', 16, drive),
	...indexed('efidisk', 1, drive),
	...indexed('tpmstate', 1, drive),
	...indexed('unused', 256, drive),
	...indexed('serial', 4, text),
	...indexed('parallel', 3, text),
	...indexed('usb', 14, text),
	...indexed('hostpci', 16, text),
	...indexed('numa', 8, text),
};

/** Whether GET config shows the key as a number. */
export function isNumeric(key: string): boolean {
	const type = vmOptions[key]?.type;
	return type === 'integer' || type === 'boolean' || type === 'number';
}

/** What `unable to parse drive options` and its likes forbid beyond the schema. Drive.pm parse_drive. */
export function driveViolation(key: string, value: string): string | undefined {
	if (!isDriveName(key)) return undefined;
	const file = value.split(',')[0]?.replace(/^file=/, '') ?? '';
	const cdrom = value.includes('media=cdrom');
	if (key.startsWith('virtio') && cdrom) return 'unable to parse drive options';
	if (file.startsWith('/')) return `unable to associate path '${file}' to any storage`;
	if (/:iso\//.test(file) && !cdrom && !value.includes('import-from=')) {
		return "explicit 'media=cdrom' is required for iso images";
	}
	return undefined;
}
