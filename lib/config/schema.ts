import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {
	choice,
	count,
	machineEntries,
	named,
	networkEntries,
	nodeList,
	onlyTables,
	table,
	text,
	yesOrNo,
} from '../checks.ts';
import {defaults} from './defaults.ts';

const storageId = /^[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]$/;

const address = (description: string, pattern: RegExp, expected: string) =>
	v.pipe(
		v.string(expected),
		v.regex(pattern, expected),
		v.check((url) => URL.canParse(url), expected),
		v.description(description),
	);

const nodeAddress = (description: string) =>
	address(description, /^https:\/\/[^\s/@?#]+\/?$/, 'an address such as "https://pve1.example.com:8006"');

const fingerprint = (description: string) =>
	text(description, /^[0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2}){31}$/, 'a SHA-256 fingerprint such as "AA:BB:…", 32 bytes');

const fingerprints = 'a SHA-256 fingerprint such as "AA:BB:…", 32 bytes, or a list of them';

const file = (description: string) => text(description, /^\//, 'an absolute path');

const vmidOrName = 'the VMID or the name of a template';
const shortText = (description: string) => text(description, /^.{1,100}$/, 'a text of 1 to 100 characters');

const image = {
	template: v.pipe(
		v.union(
			[
				count('Its VMID.', 100, 999_999_999),
				v.pipe(v.string(vmidOrName), v.nonEmpty(vmidOrName), v.description('Its name.')),
			],
			vmidOrName,
		),
		v.description('VMID or name of the template.'),
	),
	os_type: v.optional(
		choice('Operating system; a pool that asks for the other one is refused. Without it: either.', [
			'linux',
			'windows',
		]),
	),
	arch: v.optional(
		choice('Architecture; a pool that asks for another one is refused. Without it: any.', ['amd64', 'arm64', 'arm']),
	),
	os_name: v.optional(shortText('Name of the system, told to GARM. Without it: none.')),
	os_version: v.optional(shortText('Version of the system, told to GARM. Without it: none.')),
	seed_format: v.optional(
		choice('Format of the seed. Without it: nocloud for Linux, config-drive for Windows.', ['nocloud', 'config-drive']),
	),
};

const token = {
	id: text('Id of the token.', /^[^\s:/!=]+@[\w.-]+![\w.-]+$/, 'a token id such as "garm@pve!provider"'),
	secret: v.optional(
		text(
			'Secret of the token. Without it: secret_file holds it.',
			/^[!-<>-~]+$/,
			'the secret of the token alone, without its id',
		),
	),
	secret_file: v.optional(file('File that holds the secret and nothing else. Without it: secret holds it.')),
};

const tls = {
	fingerprint: v.optional(
		v.pipe(
			v.union(
				[
					fingerprint('One certificate.'),
					v.pipe(
						v.array(fingerprint('One certificate.')),
						v.nonEmpty(fingerprints),
						v.description('One per certificate.'),
					),
				],
				fingerprints,
			),
			v.description(
				'SHA-256 fingerprint of the certificate, with or without colons; a list where each node has its own. Without it: ca_file or the roots of the system decide.',
			),
		),
	),
	ca_file: v.optional(
		file('File of CA certificates (PEM). Without it: fingerprint or the roots of the system decide.'),
	),
	insecure: v.optional(yesOrNo('Checks no certificate: anybody in between can read the token.'), false),
};

const storage = {
	seed: v.optional(
		text('Storage that seeds are uploaded to; its content includes ISO images.', storageId, 'a storage name'),
		defaults.seedStorage,
	),
	disks: v.optional(
		text("Storage for the disks of full clones. Without it: the template's own.", storageId, 'a storage name'),
	),
};

const seed = {
	evict_after: v.optional(
		text(
			'How long a runner runs before its seed is ejected and removed; "off": not before the runner is.',
			/^(?:off|[1-9]\d{0,5}[smh])$/,
			'a time such as "90s", "10m" or "1h", or "off"',
		),
		defaults.evictAfter,
	),
};

const clone = {
	mode: v.optional(
		choice('How VMs are cloned; "auto": linked, or full where the storage cannot link.', ['auto', 'linked', 'full']),
		defaults.cloneMode,
	),
	format: v.optional(
		choice("Disk format of full clones. Without it: the storage's own choice.", ['qcow2', 'raw', 'vmdk']),
	),
};

const timeouts = {
	create_seconds: v.optional(count('Budget of a create.', 30, 86_400), defaults.create_seconds),
	operation_seconds: v.optional(count('Budget of every other command.', 10, 86_400), defaults.operation_seconds),
	cleanup_seconds: v.optional(
		count('Budget for cleaning up after a failed create, on top of its own.', 10, 3600),
		defaults.cleanup_seconds,
	),
	request_seconds: v.optional(
		count('Budget of one request; Proxmox VE itself waits 30 s for another node.', 5, 600),
		defaults.request_seconds,
	),
};

const log = {
	level: v.optional(
		choice('Least level that is told on stderr.', ['debug', 'info', 'warn', 'error']),
		defaults.logLevel,
	),
};

/** The config file as TOML gives it. */
export const configSchema = v.pipe(
	onlyTables(
		v.strictObject({
			url: v.optional(nodeAddress('Address of a node; port 8006 where it names none. Without it: urls has it.')),
			urls: v.optional(
				v.pipe(
					v.array(nodeAddress('Address of a node.'), 'a list of addresses'),
					v.minLength(1, 'a list of at least one address'),
					v.description(
						'Addresses of several nodes of one cluster; the first that takes a connection is used. Without it: url has it.',
					),
				),
			),
			pool: v.optional(
				text(
					"Resource pool that runners join: the boundary of the token's rights. Without it: none.",
					/^[\w.-]+(?:\/[\w.-]+){0,2}$/,
					'the name of a resource pool',
				),
			),
			nodes: v.optional(nodeList('every node')),
			vmid_range: v.optional(
				text('VMIDs of runners, both ends included.', /^\d+-\d+$/, 'a range such as "100000-999999"'),
				defaults.vmid_range,
			),
			tags: v.optional(yesOrNo('Whether runners are tagged; false where the cluster forbids it.'), defaults.tags),
			proxy: v.optional(
				address(
					'HTTP proxy on the way to the cluster; those of the environment are not used. Without it: none.',
					/^http:\/\/[^\s/]+\/?$/,
					'an address such as "http://proxy.example.com:3128"',
				),
			),
			token: table('API token: id, and secret or secret_file.', token, 'a table with id, and secret or secret_file'),
			tls: v.optional(
				table(
					'How the certificate of the nodes is checked; at most one of its keys. Empty: by the roots of the system.',
					tls,
				),
				{},
			),
			storage: v.optional(table('Storages.', storage), {}),
			seed: v.optional(table('Seeds.', seed), {}),
			clone: v.optional(table('How VMs are cloned.', clone), {}),
			network: v.optional(
				table('First network card. Without it: as the template has it.', networkEntries('the template')),
			),
			flavors: v.optional(
				named(
					'Machine sizes by name, beside those that a pool writes out (4c-8g, 4c-8g-40g).',
					table('A machine size.', machineEntries('the template')),
					'a table of flavors, each under its name',
				),
				{},
			),
			images: v.optional(
				named(
					'Templates by the image name of a pool, beside names and VMIDs of templates.',
					table('A template under another name.', image, 'a table with the key template'),
					'a table of images, each under its name',
				),
				{},
			),
			timeouts: v.optional(table('Time budgets.', timeouts), {}),
			log: v.optional(table('Log on stderr.', log), {}),
		}),
		'a table of known keys',
	),
	v.title('Config of garm-provider-proxmox'),
	v.description('The file that GARM_PROVIDER_CONFIG_FILE names, as TOML.'),
);

/** The config file, checked key by key, with every default. */
export type ConfigFile = v.InferOutput<typeof configSchema>;

/** The JSON schema (draft-07) of the config file. */
export function configJsonSchema(): object {
	return toJsonSchema(configSchema, {typeMode: 'input', ignoreActions: ['check']});
}
