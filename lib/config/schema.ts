import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {choice, count, machineEntries, networkEntries, nodeList, table, text, yesOrNo} from '../checks.ts';
import {defaults} from './defaults.ts';

const storageId = /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i;
const url = text(
	'Address of a node.',
	/^https:\/\/[^\s/@?#]+\/?$/,
	'an address such as "https://pve1.example.com:8006"',
);

const image = {
	template: v.pipe(
		v.union([count('', 100, 999_999_999), v.pipe(v.string(), v.minLength(1))], 'the VMID or the name of a template'),
		v.description('VMID or name of the template.'),
	),
	os_type: v.optional(choice('Operating system; a pool that asks for another one is refused.', ['linux', 'windows'])),
	arch: v.optional(choice('Architecture; a pool that asks for another one is refused.', ['amd64', 'arm64', 'arm'])),
	os_name: v.optional(text('Told to GARM.', /^.{1,100}$/, 'a text of at most 100 characters')),
	os_version: v.optional(text('Told to GARM.', /^.{1,100}$/, 'a text of at most 100 characters')),
	seed_format: v.optional(choice('Format of the seed.', ['nocloud', 'config-drive'])),
};

/** The config file as TOML gives it. */
export const configSchema = v.strictObject(
	{
		url: v.optional(url),
		urls: v.optional(
			v.pipe(
				v.array(url, 'a list of addresses'),
				v.minLength(1, 'at least one address'),
				v.description('Addresses of several nodes of one cluster.'),
			),
		),
		pool: v.optional(
			text('Resource pool that runners join.', /^[\w.-]+(?:\/[\w.-]+){0,2}$/, 'the name of a resource pool'),
		),
		nodes: v.optional(nodeList),
		vmid_range: v.optional(
			v.pipe(
				v.string('a range such as "100000-999999"'),
				v.regex(/^\d+-\d+$/, 'a range such as "100000-999999"'),
				v.description('VMIDs of runners.'),
			),
			defaults.vmid_range,
		),
		tags: v.optional(yesOrNo('Whether runners are tagged; false where the cluster forbids it.'), defaults.tags),
		proxy: v.optional(
			text(
				'HTTP proxy to the cluster; those of the environment are not used.',
				/^http:\/\/[^\s/]+\/?$/,
				'an address such as "http://proxy.example.com:3128"',
			),
		),
		token: table('API token.', {
			id: text('Token id.', /^[^\s:/!@]+@[\w.-]+![\w.-]+$/, 'a token id such as "garm@pve!provider"'),
			secret: v.optional(text('Secret of the token.', /^\S+$/, 'the secret of the token')),
			secret_file: v.optional(text('File that holds the secret.', /^\//, 'an absolute path')),
		}),
		tls: v.optional(
			table('How the certificate of the nodes is checked; without it, against the roots of the system.', {
				fingerprint: v.optional(
					text(
						'SHA-256 fingerprint of the certificate.',
						/^[0-9a-f]{2}(?::?[0-9a-f]{2}){31}$/i,
						'a SHA-256 fingerprint such as "AA:BB:…", 32 bytes',
					),
				),
				ca_file: v.optional(text('File of CA certificates (PEM).', /^\//, 'an absolute path')),
				insecure: v.optional(yesOrNo('Checks nothing.')),
			}),
			{},
		),
		storage: v.optional(
			table('Storages.', {
				seed: v.optional(
					text('Storage for seeds; takes ISO images.', storageId, 'a storage name'),
					defaults.seedStorage,
				),
				disks: v.optional(text('Storage for disks of full clones.', storageId, 'a storage name')),
			}),
			{},
		),
		seed: v.optional(
			table('Seeds.', {
				evict_after: v.optional(
					text(
						'How long a runner runs before its seed is ejected and removed; "off": not before the runner is.',
						/^(?:off|[1-9]\d{0,5}[smh])$/,
						'a time such as "90s", "10m" or "1h", or "off"',
					),
					defaults.evictAfter,
				),
			}),
			{},
		),
		clone: v.optional(
			table('How VMs are cloned.', {
				mode: v.optional(
					choice('"auto": linked, or full where the storage cannot link.', ['auto', 'linked', 'full']),
					defaults.cloneMode,
				),
				format: v.optional(choice('Disk format of full clones.', ['qcow2', 'raw', 'vmdk'])),
			}),
			{},
		),
		network: v.optional(table('First network card; what is absent stays as the template has it.', networkEntries)),
		flavors: v.optional(
			v.pipe(
				v.record(v.string(), table('A machine size.', machineEntries), 'a table of flavors'),
				v.description('Machine sizes by name.'),
			),
			{},
		),
		images: v.optional(
			v.pipe(
				v.record(v.string(), table('A template under another name.', image), 'a table of images'),
				v.description('Templates by the image name of a pool.'),
			),
			{},
		),
		timeouts: v.optional(
			table('Time budgets.', {
				create_seconds: v.optional(count('For a create.', 30, 86_400), defaults.create_seconds),
				operation_seconds: v.optional(count('For every other command.', 10, 86_400), defaults.operation_seconds),
				cleanup_seconds: v.optional(
					count('For cleaning up after a failed create.', 10, 3600),
					defaults.cleanup_seconds,
				),
				request_seconds: v.optional(
					count('For one request; PVE itself waits 30 s for another node.', 5, 600),
					defaults.request_seconds,
				),
			}),
			{},
		),
		log: v.optional(
			table('Log on stderr.', {
				level: v.optional(choice('Least level that is told.', ['debug', 'info', 'warn', 'error']), defaults.logLevel),
			}),
			{},
		),
	},
	'a table of known keys',
);

/** The config file, checked key by key, with every default. */
export type ConfigFile = v.InferOutput<typeof configSchema>;

/** The JSON schema (draft-07) of the config file. */
export function configJsonSchema(): object {
	return toJsonSchema(configSchema, {errorMode: 'ignore', typeMode: 'input'});
}
