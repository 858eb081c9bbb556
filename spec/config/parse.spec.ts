import test from 'ava';
import {parseConfig} from '../../lib/config/parse.ts';
import {reasonsFrom} from '../helper/bad-request.ts';
import type {Json} from '../helper/bootstrap.ts';

const token = {id: 'garm@pve!provider', secret: '3f8b1c2d-9a4e-4b7f-8c6d-5e0f1a2b3c4d'};
const base = {url: 'https://pve1.example.com', token};
const pin = Array.from({length: 32}, (_, n) => (n * 7).toString(16).padStart(2, '0').toUpperCase()).join(':');

test('two keys are enough; everything else has a default', (t) => {
	t.deepEqual(parseConfig(base), {
		settings: {
			urls: ['https://pve1.example.com:8006'],
			vmidRange: {first: 100_000, last: 999_999},
			tags: true,
			storage: {seed: 'local'},
			evictAfterSeconds: 600,
			clone: {mode: 'auto'},
			flavors: {},
			images: {},
			timeouts: {createMs: 840_000, operationMs: 300_000, cleanupMs: 180_000, requestMs: 60_000},
			log: {level: 'error'},
			warnings: [],
		},
		token,
		tls: {insecure: false},
	});
});

test('every key is read', (t) => {
	const config = parseConfig({
		urls: ['https://pve1.example.com:8006/', 'https://[fd00::2]'],
		pool: 'ci/garm',
		nodes: ['pve1', 'pve2'],
		vmid_range: '5000-9999',
		tags: false,
		proxy: 'http://user:pass@proxy.example.com:3128',
		token: {id: token.id, secret_file: '/etc/garm/pve-token'},
		tls: {ca_file: '/etc/garm/ca.pem'},
		storage: {seed: 'cephfs', disks: 'ceph'},
		seed: {evict_after: '90m'},
		clone: {mode: 'full', format: 'raw'},
		network: {bridge: 'vmbr1', vlan: 20, model: 'virtio', mtu: 1, firewall: false},
		flavors: {small: {cores: 2, sockets: 1, memory_mib: 4096, disk_gib: 20, cpu: 'host'}, 'as-it-is': {}},
		images: {
			ubuntu: {template: 9000, os_type: 'linux', arch: 'amd64', os_name: 'ubuntu', os_version: '24.04'},
			win: {template: 'windows-2025', seed_format: 'nocloud'},
		},
		timeouts: {create_seconds: 600, operation_seconds: 60, cleanup_seconds: 90, request_seconds: 40},
		log: {level: 'debug'},
	});
	t.deepEqual(config, {
		settings: {
			urls: ['https://pve1.example.com:8006', 'https://[fd00::2]:8006'],
			pool: 'ci/garm',
			nodes: ['pve1', 'pve2'],
			proxy: 'http://user:pass@proxy.example.com:3128',
			vmidRange: {first: 5000, last: 9999},
			tags: false,
			storage: {seed: 'cephfs', disks: 'ceph'},
			evictAfterSeconds: 5400,
			clone: {mode: 'full', format: 'raw'},
			network: {bridge: 'vmbr1', vlan: 20, model: 'virtio', mtu: 1, firewall: false},
			flavors: {small: {cores: 2, sockets: 1, memoryMiB: 4096, diskGiB: 20, cpu: 'host'}, 'as-it-is': {}},
			images: {
				ubuntu: {template: 9000, os: 'linux', arch: 'amd64', osName: 'ubuntu', osVersion: '24.04'},
				win: {template: 'windows-2025', seedFormat: 'nocloud'},
			},
			timeouts: {createMs: 600_000, operationMs: 60_000, cleanupMs: 90_000, requestMs: 40_000},
			log: {level: 'debug'},
			warnings: [],
		},
		token: {id: token.id, secret_file: '/etc/garm/pve-token'},
		tls: {ca_file: '/etc/garm/ca.pem', insecure: false},
	});
});

test('a seed may stay as long as its runner', (t) => {
	t.is(parseConfig({...base, seed: {evict_after: 'off'}}).settings.evictAfterSeconds, undefined);
});

const leadsTo = test.macro({
	exec: (t, url: string, expected: string) => t.deepEqual(parseConfig({...base, url}).settings.urls, [expected]),
	title: (_, url: string, expected: string) => `${url} leads to ${expected}`,
});
test(leadsTo, 'https://pve1', 'https://pve1:8006');
test(leadsTo, 'https://pve1/', 'https://pve1:8006');
test(leadsTo, 'https://pve1:443', 'https://pve1:443');
test(leadsTo, 'https://pve1:0443/', 'https://pve1:443');
test(leadsTo, 'https://10.0.0.1:8007', 'https://10.0.0.1:8007');
test(leadsTo, 'https://[fd00::1]:8006', 'https://[fd00::1]:8006');

const accepts = test.macro({
	exec: (t, changes: Json) =>
		t.deepEqual(
			reasonsFrom(() => parseConfig({...base, ...changes})),
			[],
		),
	title: (title = '') => title,
});
test('a fingerprint in capitals with colons, as PVE shows it', accepts, {tls: {fingerprint: pin}});
test('a fingerprint in small letters', accepts, {tls: {fingerprint: pin.toLowerCase()}});
test('a fingerprint without colons', accepts, {tls: {fingerprint: pin.replaceAll(':', '')}});
test('a fingerprint for each node', accepts, {
	url: undefined,
	urls: ['https://a', 'https://b'],
	tls: {fingerprint: [pin, pin]},
});
test('an MTU of a card whose model the template decides', accepts, {network: {mtu: 9000}});
test('one empty table after the other', accepts, {
	tls: {},
	storage: {},
	clone: {},
	network: {},
	flavors: {},
	images: {},
	timeouts: {},
	log: {},
});

const refuses = test.macro({
	exec: (t, changes: Json, ...expected: readonly string[]) =>
		t.deepEqual(
			reasonsFrom(() => parseConfig({...base, ...changes})),
			expected,
		),
	title: (title = '') => title,
});
const nodeAddress = 'an address such as "https://pve1.example.com:8006"';
for (const url of [
	'pve1',
	'http://pve1:8006',
	'https://pve1:8006/api2/json',
	'https://root@pve1',
	'https://pve1:99999',
	'https://:8006',
	'https://pve1:x',
	'https://%zz',
	'https://a b',
	7,
]) {
	test(`${JSON.stringify(url)} is no address of a node`, refuses, {url}, `url must be ${nodeAddress}.`);
}
test('url and urls exclude each other', refuses, {urls: ['https://a']}, 'url and urls exclude each other; keep one.');
test(
	'one of url and urls is needed',
	refuses,
	{url: undefined},
	'url is missing; it must be the address of a node such as "https://pve1.example.com:8006".',
);
test(
	'urls names at least one node',
	refuses,
	{url: undefined, urls: []},
	'urls must be a list of at least one address.',
);
test(
	'a wrong address is named by its place',
	refuses,
	{url: undefined, urls: ['https://a', 'b']},
	`urls.1 must be ${nodeAddress}.`,
);
for (const id of ['garm@pve', 'provider', 'garm@pve!provider=s3cret', 'PVEAPIToken=garm@pve!provider', '']) {
	test(
		`${JSON.stringify(id)} is no token id`,
		refuses,
		{token: {...token, id}},
		'token.id must be a token id such as "garm@pve!provider".',
	);
}
for (const secret of ['', 's3cret s3cret', 'garm@pve!provider=s3cret', 'ü3cret', 's3cret\n', 7]) {
	test(
		`${JSON.stringify(secret)} is no secret`,
		refuses,
		{token: {...token, secret}},
		'token.secret must be the secret of the token alone, without its id.',
	);
}
test(
	'secret and secret_file exclude each other',
	refuses,
	{token: {...token, secret_file: '/x'}},
	'token.secret and token.secret_file exclude each other; keep one.',
);
test(
	'one of secret and secret_file is needed',
	refuses,
	{token: {id: token.id}},
	'token.secret or token.secret_file is missing; one of them must hold the secret.',
);
test(
	'secret_file is a path that means the same everywhere',
	refuses,
	{token: {id: token.id, secret_file: 'pve-token'}},
	'token.secret_file must be an absolute path.',
);
test(
	'the ways to trust exclude one another',
	refuses,
	{tls: {fingerprint: pin, ca_file: '/x', insecure: true}},
	'tls.fingerprint and tls.ca_file and tls.insecure exclude each other; keep one.',
);
test(
	'an SHA-1 fingerprint is refused',
	refuses,
	{tls: {fingerprint: pin.slice(0, 59)}},
	'tls.fingerprint must be a SHA-256 fingerprint such as "AA:BB:…", 32 bytes.',
);
test(
	'a list of fingerprints holds fingerprints',
	refuses,
	{tls: {fingerprint: [pin, 'x']}},
	'tls.fingerprint.1 must be a SHA-256 fingerprint such as "AA:BB:…", 32 bytes.',
);
test(
	'a fingerprint is no number',
	refuses,
	{tls: {fingerprint: 7}},
	'tls.fingerprint must be a SHA-256 fingerprint such as "AA:BB:…", 32 bytes, or a list of them.',
);
test(
	'a range is two numbers',
	refuses,
	{vmid_range: '5000 to 6000'},
	'vmid_range must be a range such as "100000-999999".',
);
test(
	'a range lies within what PVE takes',
	refuses,
	{vmid_range: '99-5000'},
	'vmid_range must lie within 100-999999999.',
);
test(
	'a range ends within what PVE takes',
	refuses,
	{vmid_range: '100-1000000000'},
	'vmid_range must lie within 100-999999999.',
);
test(
	'a range begins with its lower end',
	refuses,
	{vmid_range: '6000-5000'},
	'vmid_range must begin with its lower end.',
);
test('a range has room', refuses, {vmid_range: '5000-5098'}, 'vmid_range must hold at least 100 VMIDs.');
test(
	'a proxy is an HTTP proxy',
	refuses,
	{proxy: 'https://proxy:3128'},
	'proxy must be an address such as "http://proxy.example.com:3128".',
);
test(
	'a proxy is an address',
	refuses,
	{proxy: 'http://proxy:99999'},
	'proxy must be an address such as "http://proxy.example.com:3128".',
);
test(
	'linked clones have no storage and no format of their own',
	refuses,
	{clone: {mode: 'linked', format: 'raw'}, storage: {disks: 'ssd'}},
	'storage.disks is for full clones; with clone.mode "linked" there are none.',
	'clone.format is for full clones; with clone.mode "linked" there are none.',
);
test(
	'an MTU is for virtio',
	refuses,
	{network: {mtu: 9000, model: 'e1000'}},
	'network.mtu is for network.model "virtio"; Proxmox VE ignores it with "e1000".',
);
test(
	'an MTU that PVE would not start with is refused',
	refuses,
	{network: {mtu: 575}},
	'network.mtu must be 1, or a whole number from 576 to 65520.',
);
test(
	'Linux takes no config drive',
	refuses,
	{images: {u: {template: 'u', os_type: 'linux', seed_format: 'config-drive'}}},
	'images.u.seed_format "config-drive" is for Windows; Linux images take "nocloud".',
);
test(
	'an image names its template',
	refuses,
	{images: {u: {}}},
	'images.u.template is missing; it must be the VMID or the name of a template.',
);
test(
	'a template is a VMID or a name',
	refuses,
	{images: {u: {template: 99}, v: {template: ''}, w: {template: true}}},
	'images.u.template must be a whole number from 100 to 999999999.',
	'images.v.template must be the VMID or the name of a template.',
	'images.w.template must be the VMID or the name of a template.',
);
test(
	'lists and dates are no tables',
	refuses,
	{storage: [], network: new Date(0), flavors: [{name: 'small'}], images: []},
	'storage must be a table of known keys.',
	'network must be a table of known keys.',
	'flavors must be a table of flavors, each under its name.',
	'images must be a table of images, each under its name.',
);
test(
	'a flavor with a name that JavaScript keeps for itself is told, not dropped',
	refuses,
	{flavors: {constructor: {cores: 2}}},
	'flavors must be a table of flavors, each under its name, none named constructor.',
);

test('of an empty file, everything that is needed is told', (t) => {
	t.deepEqual(
		reasonsFrom(() => parseConfig({})),
		[
			'token is missing; it must be a table with id, and secret or secret_file.',
			'url is missing; it must be the address of a node such as "https://pve1.example.com:8006".',
		],
	);
});

test('every mistake is told at once: values, unknown keys and rules between keys', (t) => {
	const document = {
		url: 'https://a',
		urls: ['https://b'],
		vmid_rnage: '1-2',
		pol: 'garm',
		token: {secret: 's3cret', secret_file: '/s3cret', user: 'x'},
		tls: {fingerprint: 's3cret', insecure: 'no'},
		vmid_range: '200-150',
		storage: {seed: '-', disks: 'ssd'},
		clone: {mode: 'linked'},
		flavors: {small: {coers: 2, memory_mib: '4g'}, 'two words': {cores: -1}},
		images: {ubuntu: {template: 9000, arch: 'i386'}},
		timeouts: {create_seconds: 5, request_seconds: 1e9},
		log: {level: 'trace'},
	};
	t.deepEqual(
		reasonsFrom(() => parseConfig(document)),
		[
			'token.id is missing; it must be a token id such as "garm@pve!provider".',
			'token.user is not known. Known keys: id, secret, secret_file.',
			'tls.fingerprint must be a SHA-256 fingerprint such as "AA:BB:…", 32 bytes.',
			'tls.insecure must be true or false.',
			'storage.seed must be a storage name.',
			'flavors.small.memory_mib must be a whole number from 16 to 16777216.',
			'flavors.small.coers is not known. Did you mean cores?',
			'flavors."two words".cores must be a whole number from 1 to 8192.',
			'images.ubuntu.arch must be one of amd64, arm64, arm.',
			'timeouts.create_seconds must be a whole number from 30 to 86400.',
			'timeouts.request_seconds must be a whole number from 5 to 600.',
			'log.level must be one of debug, info, warn, error.',
			'vmid_rnage is not known. Did you mean vmid_range?',
			'pol is not known. Did you mean pool?',
			'url and urls exclude each other; keep one.',
			'token.secret and token.secret_file exclude each other; keep one.',
			'vmid_range must begin with its lower end.',
			'storage.disks is for full clones; with clone.mode "linked" there are none.',
		],
	);
});

test('a reason never shows what a key holds', (t) => {
	const secret = 's3cret-value';
	const keys = [
		'url',
		'urls',
		'pool',
		'nodes',
		'vmid_range',
		'tags',
		'proxy',
		'token',
		'tls',
		'storage',
		'clone',
		'network',
		'flavors',
		'images',
		'timeouts',
		'log',
	];
	for (const wrong of [
		`${secret} \u0000`,
		[`${secret} \u0000`],
		{[secret]: secret},
		[{secret}],
		{id: secret, fingerprint: secret, seed: ` ${secret}`},
	]) {
		const told = reasonsFrom(() => parseConfig(Object.fromEntries(keys.map((key) => [key, wrong])))).join('\n');
		t.notRegex(told, /Invalid |received/);
		// An unknown key is named; its value is not.
		t.false(
			told
				.replaceAll(/^\S+ is not known.*$/gm, '')
				.replaceAll(/^\S+\.s3cret-value must be .*$/gm, '')
				.includes(secret),
			told,
		);
	}
});

const warns = test.macro({
	exec: (t, changes: Json, expected: RegExp) => {
		const {warnings} = parseConfig({...base, ...changes}).settings;
		t.is(warnings.length, 1);
		t.regex(warnings[0] ?? '', expected);
	},
	title: (title = '') => `it is allowed, and told: ${title}`,
});
test('a narrow range', warns, {vmid_range: '5000-5099'}, /^vmid_range holds only 100 VMIDs/);
test(
	'more patience than GARM has',
	warns,
	{timeouts: {create_seconds: 1100}},
	/make 1280 s; GARM kills a create after 1200 s/,
);
test('no check of certificates', warns, {tls: {insecure: true}}, /^tls.insecure is set/);
test(
	'one fingerprint for several nodes',
	warns,
	{url: undefined, urls: ['https://a', 'https://b'], tls: {fingerprint: pin}},
	/^tls.fingerprint names one certificate/,
);
