import type {ConfigFile} from './schema.ts';

/** What one rule between keys finds wrong; the empty list where all is well. */
type Rule = (file: ConfigFile) => readonly string[];

/** What no single key can tell: each rule names the keys it is about. */
export const rules: readonly Rule[] = [
	function oneKindOfAddress({url, urls}) {
		if (url !== undefined && urls !== undefined) return ['url and urls exclude each other; keep one.'];
		return url === undefined && urls === undefined ? ['url is missing: the address of a node.'] : [];
	},
	function oneKindOfSecret({token: {secret, secret_file}}) {
		if (secret !== undefined && secret_file !== undefined) {
			return ['token.secret and token.secret_file exclude each other; keep one.'];
		}
		return secret === undefined && secret_file === undefined ? ['token.secret or token.secret_file is missing.'] : [];
	},
	function oneKindOfTrust({tls: {fingerprint, ca_file, insecure}}) {
		const named = [
			fingerprint !== undefined && 'fingerprint',
			ca_file !== undefined && 'ca_file',
			insecure && 'insecure',
		];
		const used = named.filter((name) => typeof name === 'string').map((name) => `tls.${name}`);
		return used.length > 1 ? [`${used.join(' and ')} exclude each other; keep one.`] : [];
	},
	function rangeHoldsRunners({vmid_range}) {
		const {first, last} = readRange(vmid_range);
		if (first < 100 || last > 999_999_999) return ['vmid_range must lie within 100-999999999.'];
		if (last < first) return ['vmid_range must begin with its lower end.'];
		return last - first + 1 < smallestRange ? [`vmid_range must hold at least ${smallestRange} VMIDs.`] : [];
	},
	function disksOnlyWithFullClones({clone, storage}) {
		if (clone.mode !== 'linked') return [];
		const used = [storage.disks !== undefined && 'storage.disks', clone.format !== undefined && 'clone.format'];
		return used
			.filter((name) => typeof name === 'string')
			.map((name) => `${name} has no effect with clone.mode "linked"; PVE takes it for full clones only.`);
	},
	function imagesNameSomething({images}) {
		return Object.entries(images).flatMap(([name, {seed_format, os_type}]) =>
			os_type === 'linux' && seed_format === 'config-drive'
				? [`images.${name}.seed_format "config-drive" is for Windows; Linux images take "nocloud".`]
				: [],
		);
	},
];

const smallestRange = 100;
const narrowRange = 1000;
// runner_bootstrap_timeout of a GARM pool, by default.
const garmPatienceSeconds = 1200;

/** What is allowed and yet looks like a mistake. */
export function warningsOf({vmid_range, timeouts, tls}: ConfigFile): readonly string[] {
	const {first, last} = readRange(vmid_range);
	const createSeconds = timeouts.create_seconds + timeouts.cleanup_seconds;
	return [
		...(last - first + 1 < narrowRange
			? [`vmid_range holds only ${last - first + 1} VMIDs: runners will meet taken ones.`]
			: []),
		...(createSeconds > garmPatienceSeconds
			? [
					`timeouts.create_seconds and timeouts.cleanup_seconds make ${createSeconds} s; GARM kills a create after ${garmPatienceSeconds} s unless the pool says otherwise.`,
				]
			: []),
		...(tls.insecure ? ['tls.insecure is set: anybody between GARM and the cluster can read the token.'] : []),
	];
}

/** Both ends of a range such as `100000-999999`. */
export function readRange(range: string): {readonly first: number; readonly last: number} {
	const [first = 0, last = 0] = range.split('-').map(Number);
	return {first, last};
}
