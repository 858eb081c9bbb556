import type {ConfigFile} from './schema.ts';

/** What no single key can tell. */
export interface Rule {
	/** The keys that it looks at; it is asked only where each of them is sound. */
	readonly keys: readonly string[];
	/** What is wrong, naming the keys; the empty list where all is well. */
	readonly check: (file: ConfigFile) => readonly string[];
}

const oneKindOfAddress: Rule = {
	keys: ['url', 'urls'],
	check({url, urls}) {
		if (url !== undefined && urls !== undefined) return ['url and urls exclude each other; keep one.'];
		return url === undefined && urls === undefined
			? ['url is missing; it must be the address of a node such as "https://pve1.example.com:8006".']
			: [];
	},
};

const oneKindOfSecret: Rule = {
	keys: ['token.secret', 'token.secret_file'],
	check({token: {secret, secret_file}}) {
		if (secret !== undefined && secret_file !== undefined) {
			return ['token.secret and token.secret_file exclude each other; keep one.'];
		}
		return secret === undefined && secret_file === undefined
			? ['token.secret or token.secret_file is missing; one of them must hold the secret.']
			: [];
	},
};

const oneKindOfTrust: Rule = {
	keys: ['tls.fingerprint', 'tls.ca_file', 'tls.insecure'],
	check({tls: {fingerprint, ca_file, insecure}}) {
		const used = namesOf({
			'tls.fingerprint': fingerprint,
			'tls.ca_file': ca_file,
			'tls.insecure': insecure || undefined,
		});
		return used.length > 1 ? [`${used.join(' and ')} exclude each other; keep one.`] : [];
	},
};

const rangeHoldsRunners: Rule = {
	keys: ['vmid_range'],
	check({vmid_range}) {
		const {first, last} = readRange(vmid_range);
		if (first < lowestVmid || last > highestVmid) return [`vmid_range must lie within ${lowestVmid}-${highestVmid}.`];
		if (last < first) return ['vmid_range must begin with its lower end.'];
		return last - first + 1 < smallestRange ? [`vmid_range must hold at least ${smallestRange} VMIDs.`] : [];
	},
};

// PVE refuses both for a linked clone ("parameter 'storage' not allowed for linked clones", API2/Qemu.pm clone_vm).
const storageOfFullClones: Rule = {
	keys: ['clone.mode', 'clone.format', 'storage.disks'],
	check({clone, storage}) {
		if (clone.mode !== 'linked') return [];
		return namesOf({'storage.disks': storage.disks, 'clone.format': clone.format}).map(
			(name) => `${name} is for full clones; with clone.mode "linked" there are none.`,
		);
	},
};

// QemuServer.pm print_netdevice_full: with another model PVE starts the VM, and ignores the MTU.
const mtuOfVirtio: Rule = {
	keys: ['network.mtu', 'network.model'],
	check: ({network}) =>
		network?.mtu !== undefined && network.model !== undefined && network.model !== 'virtio'
			? [`network.mtu is for network.model "virtio"; Proxmox VE ignores it with "${network.model}".`]
			: [],
};

const seedFormatOfSystem: Rule = {
	keys: ['images'],
	check: ({images}) =>
		Object.entries(images).flatMap(([name, {seed_format, os_type}]) =>
			os_type === 'linux' && seed_format === 'config-drive'
				? [`images.${name}.seed_format "config-drive" is for Windows; Linux images take "nocloud".`]
				: [],
		),
};

/** Every rule between keys. */
export const rules: readonly Rule[] = [
	oneKindOfAddress,
	oneKindOfSecret,
	oneKindOfTrust,
	rangeHoldsRunners,
	storageOfFullClones,
	mtuOfVirtio,
	seedFormatOfSystem,
];

// pve-common JSONSchema.pm pve-vmid: 100 to 999999999.
const lowestVmid = 100;
const highestVmid = 999_999_999;
const smallestRange = 100;
const narrowRange = 1000;
// runner_bootstrap_timeout of a GARM pool, by default.
const garmPatienceSeconds = 1200;

/** What is allowed and yet looks like a mistake. */
export function warningsOf({urls = [], vmid_range, timeouts, tls}: ConfigFile): readonly string[] {
	const {first, last} = readRange(vmid_range);
	const createSeconds = timeouts.create_seconds + timeouts.cleanup_seconds;
	const warnings = [
		last - first + 1 < narrowRange && `vmid_range holds only ${last - first + 1} VMIDs: runners will meet taken ones.`,
		createSeconds > garmPatienceSeconds &&
			`timeouts.create_seconds and timeouts.cleanup_seconds make ${createSeconds} s; GARM kills a create after ${garmPatienceSeconds} s unless the pool says otherwise.`,
		urls.length > 1 &&
			typeof tls.fingerprint === 'string' &&
			'tls.fingerprint names one certificate, and urls several nodes: those with another certificate are not trusted. Name one fingerprint for each, or use tls.ca_file.',
		tls.insecure && 'tls.insecure is set: anybody between GARM and the cluster can read the token.',
	];
	return warnings.filter((warning) => typeof warning === 'string');
}

/** Both ends of a range such as `100000-999999`. */
export function readRange(range: string): {readonly first: number; readonly last: number} {
	const [first = 0, last = 0] = range.split('-').map(Number);
	return {first, last};
}

/** The names of what has a value. */
function namesOf(values: Readonly<Record<string, unknown>>): readonly string[] {
	return Object.keys(values).filter((name) => values[name] !== undefined);
}
