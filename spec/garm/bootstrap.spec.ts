import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {checkPoolInput, parseBootstrap} from '../../lib/garm/bootstrap.ts';
import {parseExtraSpecs} from '../../lib/garm/extra-specs.ts';
import {reasonsFrom} from '../helper/bad-request.ts';
import {bootstrap, bootstrapFolders, type Json, jsonFilesIn} from '../helper/bootstrap.ts';

const parse = (changes: Json, name?: string) => parseBootstrap(JSON.stringify(bootstrap(changes, name)));

for (const [whose, folder] of Object.entries(bootstrapFolders)) {
	const names = jsonFilesIn(folder);
	const title = `every ${whose} input of CreateInstance is read, with its extra specs`;
	if (names.length === 0) {
		test.skip(`${title}: ${folder} is not there`, () => undefined);
		continue;
	}
	test(title, (t) => {
		for (const name of names) {
			const text = readFileSync(path.join(folder, name), 'utf8');
			const request = parseBootstrap(text);
			parseExtraSpecs(request.extraSpecs);
			const {name: runner, pool_id: pool} = JSON.parse(text) as Json;
			t.deepEqual([request.name, request.poolId], [runner as string, pool as string], name);
		}
	});
}

test('a request is read whole', (t) => {
	const {extraSpecs, ...request} = parse({}, 'proxy-ca.json');
	t.is(typeof extraSpecs, 'object');
	t.regex(request.caBundlePem, /^-----BEGIN CERTIFICATE-----\n/);
	t.deepEqual(request, {
		...request,
		name: 'garm-arm64proxy1',
		tool: {
			downloadUrl: request.tool.downloadUrl,
			fileName: request.tool.fileName,
			token: '',
			sha256: request.tool.sha256,
		},
		repoUrl: 'https://github.com/example-org/example-repo',
		callbackUrl: 'https://garm.example.net/api/v1/callbacks',
		metadataUrl: 'https://garm.example.net/api/v1/metadata',
		instanceToken: 'demo-instance-token',
		sshKeys: [],
		runnerGroup: '',
		arch: 'arm64',
		os: 'linux',
		flavor: '2c-4g',
		image: 'ubuntu-24.04-arm64',
		labels: [],
		poolId: '9dcf590a-1192-4a9c-b3e4-e0902974c2c0',
		jit: true,
		proxy: {
			http: 'http://proxy.example.net:3128',
			https: 'http://builder:s3cr%40t@proxy.example.net:3128',
			none: 'localhost,10.0.0.0/8',
		},
	});
});

// garm-provider-common util/util.go GetTools: the first one of the OS and architecture.
const fits = test.macro({
	exec(t, os_type: string, arch: string, file: string) {
		t.regex(parse({os_type, arch}).tool.fileName, new RegExp(`^actions-runner-${file}-`));
	},
	title: (_, os: string, arch: string) => `${os} on ${arch} gets its runner`,
});
test(fits, 'linux', 'amd64', 'linux-x64');
test(fits, 'linux', 'arm64', 'linux-arm64');
test(fits, 'linux', 'arm', 'linux-arm');
test(fits, 'windows', 'amd64', 'win-x64');

test('what GARM leaves out or sends as null is empty', (t) => {
	const keys = [
		'ssh-keys',
		'labels',
		'github-runner-group',
		'ca-cert-bundle',
		'pool_id',
		'jit_config_enabled',
		'proxy_config',
		'extra_specs',
	];
	for (const nothing of [null, undefined]) {
		const request = parse(Object.fromEntries(keys.map((key) => [key, nothing])));
		t.like(request, {sshKeys: [], labels: [], runnerGroup: '', caBundlePem: '', poolId: '', jit: false});
		t.deepEqual(request.proxy, {http: '', https: '', none: ''});
		t.is(request.extraSpecs ?? undefined, undefined);
	}
});

test('keys that are not known are GARM’s business', (t) => {
	t.is(parse({user_data_options: null, agent_mode: true}).name, 'garm-ny9heeqyw2rl');
});

test('keys are those that GARM writes, to the letter', (t) => {
	// Go reads keys in any case, GARM writes each in one.
	t.deepEqual(
		reasonsFrom(() => parse({name: undefined, Name: 'garm-x'})),
		['name is missing; it must be a text that is not empty.'],
	);
});

for (const name of [
	'UPPER_lower.dots',
	'garm-ünïcødé 漢字 🚀',
	'-',
	'quote"\'`$(x);{{x}}',
	'x'.repeat(1000),
	' blank at both ends ',
]) {
	test(`a name is kept to the letter: ${JSON.stringify(name.slice(0, 30))}`, (t) => {
		t.is(parse({name}).name, name);
	});
}

const refuses = test.macro({
	exec: (t, changes: Json, ...expected: readonly string[]) =>
		t.deepEqual(
			reasonsFrom(() => parse(changes)),
			expected,
		),
	title: (title = '') => title,
});
test('i386 is refused', refuses, {arch: 'i386'}, 'arch must be one of amd64, arm64, arm.');
test('a system without a runner is refused', refuses, {os_type: 'osx'}, 'os_type must be one of linux, windows.');
test(
	'an OS and architecture without a tool are refused',
	refuses,
	{os_type: 'windows', arch: 'arm'},
	'tools has no runner for win/arm.',
);
test('no tools at all are refused', refuses, {tools: null}, 'tools has no runner for linux/x64.');
test(
	'a tool without address and file name is refused, also where a later one has them',
	refuses,
	{
		tools: [
			{os: 'linux', architecture: 'x64', download_url: '', filename: null},
			{os: 'linux', architecture: 'x64', download_url: 'https://x', filename: 'x'},
		],
	},
	'the runner for linux/x64 in tools lacks download_url and filename.',
);
test(
	'no piece of a wrong value is told',
	refuses,
	{'instance-token': ['s3cret-token'], name: {s3cret: 1}, 'ca-cert-bundle': 's3cret!'},
	'name must be a text that is not empty.',
	'instance-token must be a text that is not empty.',
	'ca-cert-bundle must be a text in base64.',
);
test(
	'every reason is told at once, the missing tool too',
	refuses,
	{name: '', flavor: 7, image: undefined, repo_url: 'widgets', tools: [], labels: 'a', proxy_config: []},
	'name must be a text that is not empty.',
	'repo_url must be an address that begins with http:// or https://.',
	'flavor must be a text that is not empty.',
	'image is missing; it must be a text that is not empty.',
	'labels must be a list of texts.',
	'proxy_config must be an object.',
	'tools has no runner for linux/x64.',
);
test(
	'control characters in a name are refused',
	refuses,
	{name: 'a\nb'},
	'name must be a text without control characters.',
);
test(
	'a name that no tag could hold is refused',
	refuses,
	{name: 'x'.repeat(1001)},
	'name must be at most 1000 characters.',
);
test(
	'an element of a list is named by its place',
	refuses,
	{tools: [{os: 7}], labels: ['a', 1]},
	'tools.0.os must be a text.',
	'labels.1 must be a text.',
);

const noDocument = test.macro({
	exec: (t, text: string, expected: RegExp) => {
		const [reason = '', ...more] = reasonsFrom(() => parseBootstrap(text));
		t.deepEqual(more, []);
		t.regex(reason, expected);
		t.notRegex(reason, /s3cret/);
	},
	title: (title = '') => title,
});
const empty = /^it is empty, or a terminal; GARM sends a JSON document there\.$/;
test('empty input is told', noDocument, '', empty);
test('input of blanks is empty', noDocument, ' \n', empty);
test(
	'cut input is told without a piece of it',
	noDocument,
	'{"instance-token": "s3cret',
	/^it is no JSON document( \(character \d+\))?\.$/,
);
test('input with a line before it is told', noDocument, 's3cret {"name": "x"}', /^it is no JSON document/);
test('input with a byte order mark is told', noDocument, '\ufeff{"s3cret": 1}', /^it is no JSON document/);
test('two documents are told', noDocument, '{}{"s3cret": 1}', /^it is no JSON document/);
for (const other of ['null', '7', '"s3cret"', '["s3cret"]', '[]']) {
	test(`${other} is no request`, noDocument, other, /^the document must be an object\.$/);
}

test('of a pool, what standard input names is checked', (t) => {
	for (const text of [
		'',
		'{}',
		'{"image": "ubuntu", "flavor": null, "os_type": "linux"}',
		JSON.stringify(bootstrap()),
	]) {
		t.deepEqual(
			reasonsFrom(() => checkPoolInput(text)),
			[],
		);
	}
	t.deepEqual(
		reasonsFrom(() => checkPoolInput('{"image": 7, "flavor": "", "arch": "i386"}')),
		[
			'image must be a text that is not empty.',
			'flavor must be a text that is not empty.',
			'arch must be one of amd64, arm64, arm.',
		],
	);
	t.deepEqual(
		reasonsFrom(() => checkPoolInput('ubuntu')),
		['it is no JSON document.'],
	);
});
