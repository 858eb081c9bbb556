import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runProvider} from '../../lib/main/provider.ts';
import {providerConfig} from '../../tools/simulator/cli.ts';
import {type Simulator, startSimulator} from '../../tools/simulator/index.ts';
import {anIo} from '../helper/an-io.ts';
import {bootstrap, type Json} from '../helper/bootstrap.ts';

const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';
const scaleSet = 'My Scale Set-542b68dd-4b3d-459d-8531-34d5e779d4d6';
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

interface Garm {
	readonly simulator: Simulator;
	/** One call of the provider. */
	call(
		command: string,
		variables?: Readonly<Record<string, string>>,
		input?: Json | string,
	): Promise<{readonly code: number; readonly out: string; readonly error: string}>;
}

/** Plays GARM against the provider and a small simulated cluster of the spec's own; `config` goes on with its config file. */
function withGarm(
	run: (t: ExecutionContext, garm: Garm) => Promise<void>,
	config = '',
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const simulator = await startSimulator();
		const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-main-'));
		const file = path.join(folder, 'proxmox.toml');
		// Time runs faster here, and the machine does not.
		const patience =
			'[timeouts]\ncreate_seconds = 86400\noperation_seconds = 86400\ncleanup_seconds = 3600\nrequest_seconds = 600\n';
		await writeFile(file, `${providerConfig(simulator)}${patience}${config}`, {mode: 0o600});
		const given = {GARM_CONTROLLER_ID: controller, GARM_PROVIDER_CONFIG_FILE: file, GARM_INTERFACE_VERSION: 'v0.1.0'};
		try {
			await run(t, {
				simulator,
				async call(command, variables = {}, input = '') {
					const text = typeof input === 'string' ? input : JSON.stringify(input);
					const io = anIo({...given, GARM_COMMAND: command, ...variables}, text);
					const code = await runProvider(io);
					return {code, ...io.told};
				},
			});
		} finally {
			await simulator.close();
			await rm(folder, {recursive: true, force: true});
		}
	};
}

const guestsOf = ({world}: Simulator) => Object.keys(world.guests).length;
const faultOf = (out: string) =>
	Buffer.from((JSON.parse(out) as {provider_fault: string}).provider_fault, 'base64').toString();

test(
	'every mistake of a request is told at once, with the templates that there are, and nothing is made',
	withGarm(async (t, {simulator, call}) => {
		const before = guestsOf(simulator);
		const {code, out, error} = await call(
			'CreateInstance',
			{},
			bootstrap({
				arch: 'i386',
				repo_url: 7,
				flavor: 'huge',
				image: 'ubuntu-26.04',
				extra_specs: {extra_package: [], cores: 'many', runner_install_template: '#!/bin/sh'},
			}),
		);
		t.is(code, 1);
		t.is(
			error,
			'The request for runner "garm-ny9heeqyw2rl" cannot be used, for 7 reasons: ' +
				'(1) standard input: repo_url must be an address that begins with http:// or https://. ' +
				'(2) standard input: arch must be one of amd64, arm64, arm. ' +
				'(3) extra_specs: runner_install_template must be a UTF-8 text in base64 (standard alphabet, padded). ' +
				'(4) extra_specs: cores must be a whole number from 1 to 8192. ' +
				'(5) extra_specs: extra_package is not known. Did you mean extra_packages? ' +
				'(6) flavor "huge" is not known: the config has none, or write it as 4c-8g or 4c-8g-40g. ' +
				'(7) image "ubuntu-26.04": there is no template "ubuntu-26.04" that the token may see (VM.Audit). Templates: ' +
				'debian-12-cloudinit (9002 on pve), ubuntu-24.04-arm64 (9003 on pve), ubuntu-24.04-runner (9000 on pve), windows-2025-runner (9001 on pve).\n',
		);
		const {provider_fault: _, ...instance} = JSON.parse(out) as Json;
		t.deepEqual(instance, {
			provider_id: 'garm-ny9heeqyw2rl',
			name: 'garm-ny9heeqyw2rl',
			addresses: [],
			status: 'error',
			pool_id: '9dcf590a-1192-4a9c-b3e4-e0902974c2c0',
		});
		t.is(`${faultOf(out)}\n`, error);
		t.is(guestsOf(simulator), before);
	}),
);

test(
	'a flavor that is smaller than the template is told beside other mistakes',
	withGarm(async (t, {call}) => {
		const {error} = await call('CreateInstance', {}, bootstrap({arch: 'i386', flavor: '2c-4g-5g'}));
		t.regex(error, /for 2 reasons: .*image "ubuntu-24\.04-runner": its disk has 10 GiB, and PVE cannot shrink it/);
	}),
);

test(
	'an alias that is configured for another system or architecture is told',
	withGarm(async (t, {call}) => {
		const {error} = await call('CreateInstance', {}, bootstrap({image: 'win', flavor: 'small'}));
		t.is(
			error,
			'The request for runner "garm-ny9heeqyw2rl" cannot be used, for 2 reasons: ' +
				'(1) image "win" is configured for windows, but the pool asks for linux. ' +
				'(2) image "win" is configured for arm64, but the pool asks for amd64.\n',
		);
	}, '[flavors.small]\ncores = 1\n[images.win]\ntemplate = 9001\nos_type = "windows"\narch = "arm64"\n'),
);

test(
	'an MTU is refused where the config and the pool together give the card another model than virtio',
	withGarm(async (t, {call}) => {
		const {error} = await call('CreateInstance', {}, bootstrap({extra_specs: {network: {mtu: 9000}}}));
		t.regex(error, /network\.mtu is for network\.model "virtio"; Proxmox VE ignores it with "e1000"/);
	}, '[network]\nmodel = "e1000"\n'),
);

test('what is wrong with the config is told with its path beside everything else', async (t) => {
	const io = anIo(
		{GARM_COMMAND: 'CreateInstance', GARM_CONTROLLER_ID: 'c', GARM_PROVIDER_CONFIG_FILE: '/nowhere/x.toml'},
		JSON.stringify(bootstrap({labels: 7})),
	);
	t.is(await runProvider(io), 1);
	t.is(
		io.told.error,
		'The request for runner "garm-ny9heeqyw2rl" cannot be used, for 2 reasons: ' +
			'(1) config /nowhere/x.toml: it cannot be read: there is no such file. ' +
			'(2) standard input: labels must be a list of texts.\n',
	);
});

for (const [what, input, expected] of [
	['empty', '', /standard input: it is empty, or a terminal/],
	['cut', '{"name": "garm-1", "instance-token": "s3cret-token', /standard input: it is no JSON document/],
	['a list', '["s3cret-token"]', /standard input: the document must be an object/],
] as const) {
	test(
		`where standard input is ${what}, nothing is answered but a sentence on standard error`,
		withGarm(async (t, {call}) => {
			const {code, out, error} = await call('CreateInstance', {}, input);
			t.is(code, 1);
			t.is(out, '');
			t.regex(error, expected);
			t.notRegex(error, /s3cret/);
			t.is(error.trimEnd().split('\n').length, 1);
		}),
	);
}

test(
	'runners of odd names and of pools that are no UUIDs are made, shown and listed under their exact names',
	withGarm(async (t, {simulator, call}) => {
		const names = ['garm-ünïcødé 漢字 🚀', 'UPPER_lower.dots', 'x'.repeat(300)];
		for (const name of names) {
			const {code, out} = await call('CreateInstance', {GARM_POOL_ID: scaleSet}, bootstrap({name, pool_id: scaleSet}));
			t.is(code, 0, out);
			t.like(JSON.parse(out), {provider_id: name, name, status: 'running', pool_id: scaleSet});
			const shown = await call('GetInstance', {GARM_INSTANCE_ID: name});
			t.like(JSON.parse(shown.out), {provider_id: name, name, status: 'running'});
		}
		const {out} = await call('ListInstances', {GARM_POOL_ID: scaleSet});
		t.deepEqual((JSON.parse(out) as readonly {name: string}[]).map((each) => each.name).sort(), [...names].sort());
		t.is((await call('ListInstances', {GARM_POOL_ID: 'another'})).out, '[]\n');
		for (const name of names) t.is((await call('DeleteInstance', {GARM_INSTANCE_ID: name, GARM_POOL_ID: ''})).code, 0);
		t.is(
			Object.values(simulator.world.guests).filter(({config}) => config.description?.includes('garm-mark')).length,
			0,
		);
	}),
);

test(
	'v0.1.1 is spoken: extra specs from the environment, an empty pool id, the pool id of the variable where the input has none',
	withGarm(async (t, {simulator, call}) => {
		const v011 = {GARM_INTERFACE_VERSION: 'v0.1.1', GARM_POOL_ID: 'p-1', GARM_POOL_EXTRASPECS: base64({cores: 3})};
		for (const [name, changes] of [
			['garm-a', {extra_specs: null, pool_id: undefined}],
			['garm-b', {extra_specs: undefined, pool_id: ''}],
			['garm-c', {extra_specs: {cores: 1}, pool_id: 'p-1'}],
		] as const) {
			const {code, out} = await call('CreateInstance', v011, bootstrap({name, ...changes}));
			t.is(code, 0, out);
			t.like(JSON.parse(out), {name, pool_id: 'p-1'});
		}
		const cores = Object.values(simulator.world.guests)
			.filter(({config}) => config.name?.startsWith('garm-'))
			.map(({config}) => [config.name, config.cores]);
		t.deepEqual(Object.fromEntries(cores), {'garm-a': '3', 'garm-b': '3', 'garm-c': '1'});
		t.is((JSON.parse((await call('ListInstances', v011)).out) as readonly object[]).length, 3);
		const none = {...v011, GARM_POOL_ID: '', GARM_POOL_EXTRASPECS: 'bnVsbA=='};
		t.is((await call('DeleteInstance', {...none, GARM_INSTANCE_ID: 'garm-a'})).code, 0);
		t.is((await call('ListInstances', none)).out, '[]\n');
	}),
);

test(
	'Get of what is not there exits with 30, a name that somebody else has with 31, Delete of what is gone with 0',
	withGarm(async (t, {simulator, call}) => {
		// Somebody's VM that the token may see.
		simulator.world.pools.garm?.vms.push(102);
		t.is((await call('GetInstance', {GARM_INSTANCE_ID: 'nobody'})).code, 30);
		t.is((await call('DeleteInstance', {GARM_INSTANCE_ID: 'nobody'})).code, 0);
		const taken = await call('CreateInstance', {}, bootstrap({name: 'windows-test'}));
		t.is(taken.code, 31);
		t.like(JSON.parse(taken.out), {name: 'windows-test', status: 'error'});
	}),
);

test(
	'a secret that Proxmox VE repeats is hidden, on standard error and in what GARM shows',
	withGarm(async (t, {simulator, call}) => {
		const {tokenSecret} = simulator;
		const reason = `no luck with ${tokenSecret} and ${Buffer.from('Bearer demo-instance-token').toString('base64')}`;
		simulator.faults.add({match: {operation: 'clone'}, effect: {kind: 'answer', status: 500, reason}});
		const {code, out, error} = await call('CreateInstance', {}, bootstrap());
		t.is(code, 1);
		for (const told of [error, faultOf(out)]) {
			t.regex(told, /no luck with \[secret\] and \S*\[secret\]/);
			t.false(told.includes(tokenSecret));
		}
	}),
);

test('an unknown command, and no command, exit with 1 and a sentence', async (t) => {
	for (const [env, expected] of [
		[{}, /GARM_COMMAND is missing\. This program is started by GARM; garm-proxmox is the one for people\.\n$/],
		[{GARM_COMMAND: 'Create'}, /"Create" is not known\./],
	] as const) {
		const io = anIo(env);
		t.is(await runProvider(io), 1);
		t.is(io.told.out, '');
		t.regex(io.told.error, expected);
	}
});

test('version, interface versions and schemas need neither a config nor a cluster', async (t) => {
	const answers: Record<string, string> = {};
	for (const command of [
		'GetVersion',
		'GetSupportedInterfaceVersions',
		'GetConfigJSONSchema',
		'GetExtraSpecsJSONSchema',
	]) {
		const io = anIo({GARM_COMMAND: command, GARM_PROVIDER_CONFIG_FILE: '/nowhere'});
		t.is(await runProvider(io), 0);
		t.is(io.told.error, '');
		answers[command] = io.told.out;
	}
	t.regex(answers.GetVersion ?? '', /^v\d+\.\d+\.\d+\n$/);
	t.is(answers.GetSupportedInterfaceVersions, '["v0.1.0","v0.1.1"]\n');
	t.is((JSON.parse(answers.GetConfigJSONSchema ?? '') as Json).$schema, 'http://json-schema.org/draft-07/schema#');
	t.is((JSON.parse(answers.GetExtraSpecsJSONSchema ?? '') as Json).$schema, 'http://json-schema.org/draft-07/schema#');
});

test(
	'a pool that can be met is valid: by what standard input names, or by its extra specs alone',
	withGarm(async (t, {call}) => {
		const silent = {code: 0, out: '', error: ''};
		t.deepEqual(await call('ValidatePoolInfo'), silent);
		t.deepEqual(await call('ValidatePoolInfo', {GARM_POOL_EXTRASPECS: base64({cores: 2})}), silent);
		t.deepEqual(
			await call('ValidatePoolInfo', {}, {image: 'ubuntu-24.04-runner', flavor: '2c-4g', os_type: 'linux'}),
			silent,
		);
		t.deepEqual(await call('ValidatePoolInfo', {}, bootstrap()), silent);
	}),
);

test(
	'everything that is wrong with a pool is told at once',
	withGarm(async (t, {call}) => {
		const specs = {GARM_POOL_EXTRASPECS: base64({nodes: 'pve'})};
		const {code, out, error} = await call('ValidatePoolInfo', specs, {
			image: 'ubuntu',
			flavor: 'huge',
			os_type: 'macos',
		});
		t.is(code, 1);
		t.is(out, '');
		t.regex(
			error,
			/^The pool cannot be used, for 4 reasons: \(1\) standard input: os_type must be one of linux, windows\. \(2\) extra_specs: nodes must be a list of node names\. \(3\) flavor "huge" is not known: .* \(4\) Image "ubuntu" is of no use\. There is no template "ubuntu"/,
		);
		t.regex(
			(await call('ValidatePoolInfo', {}, '{"image": 7}')).error,
			/standard input: image must be a text that is not empty/,
		);
		t.regex((await call('ValidatePoolInfo', {}, 'ubuntu')).error, /standard input: it is no JSON document/);
		t.regex((await call('ValidatePoolInfo', {}, {image: '9000', flavor: '1c-1g-2g'})).error, /its disk has 10 GiB/);
	}),
);

test(
	'where standard input stays open, that is told, and the extra specs are checked',
	withGarm(async (t, {simulator}) => {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-main-'));
		t.teardown(() => rm(folder, {recursive: true, force: true}));
		const file = path.join(folder, 'proxmox.toml');
		await writeFile(file, providerConfig(simulator), {mode: 0o600});
		const io = {
			...anIo({GARM_COMMAND: 'ValidatePoolInfo', GARM_CONTROLLER_ID: 'c', GARM_PROVIDER_CONFIG_FILE: file}),
			readInput: async () => undefined,
		};
		t.is(await runProvider(io), 0);
		t.regex(io.told.error, /^Standard input stays open, and nothing comes: only the extra specs are checked\.\n$/);
	}),
);

test('a cluster that cannot be reached is told where nothing is wrong with the pool', async (t) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-main-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	const file = path.join(folder, 'proxmox.toml');
	await writeFile(file, 'url = "https://127.0.0.1:1"\n[token]\nid = "a@pve!b"\nsecret = "s3cret-s3cret"\n', {
		mode: 0o600,
	});
	const env = {GARM_COMMAND: 'ValidatePoolInfo', GARM_CONTROLLER_ID: 'c', GARM_PROVIDER_CONFIG_FILE: file};
	const valid = anIo(env, '{"image": "ubuntu"}');
	t.is(await runProvider(valid), 1);
	t.regex(valid.told.error, /127\.0\.0\.1:1/);
	const wrong = anIo(env, '{"image": "ubuntu", "flavor": "huge"}');
	t.is(await runProvider(wrong), 1);
	t.regex(wrong.told.error, /^The pool cannot be used: flavor "huge" is not known/);
});
