import test from 'ava';
import {bootstrap, bootstraps, withGarm} from '../helper/with-garm.ts';

const known = bootstraps();
// The recorded ones name a flavor that an operator has to have in the config.
const config = '[flavors.small]\ncores = 2\nmemory_mib = 4096\n';

test(
	'every request that GARM is known to send becomes a runner, and nothing of it stays',
	withGarm({config}, async (t, garm) => {
		if (!known.some(({file}) => file.startsWith('recorded'))) t.log('../shared/garm/bootstrap is not there: ours only');
		const before = JSON.stringify(garm.simulator.snapshot().guests);
		const expected: object[] = [];
		for (const [n, {file, request}] of known.entries()) {
			const name = `${request.name}-${n}`;
			const {exitCode, document} = await garm.create({...request, name});
			const runner = {
				provider_id: name,
				name,
				os_type: request.os_type,
				os_arch: request.arch,
				addresses: [],
				status: 'running',
				pool_id: request.pool_id,
			};
			t.is(exitCode, 0, file);
			t.deepEqual(document, runner, file);
			expected.push(runner);
		}
		const listed: object[] = [];
		for (const pool of new Set(known.map(({request}) => String(request.pool_id)))) {
			const {document} = await garm.ask('ListInstances', {GARM_POOL_ID: pool});
			listed.push(...document.map((each: object) => ({...each, addresses: []})));
		}
		const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
		t.deepEqual(listed.sort(byName), expected.sort(byName));
		await garm.ask('RemoveAllInstances');
		t.is(JSON.stringify(garm.simulator.snapshot().guests), before);
	}),
);

const names = [
	['with blanks and signs', 'my runner: #1 (a/b) "quoted" \'too\''],
	['in another script', 'läufer-Ω-机器-🚀'],
	['of 240 characters', `garm-${'x'.repeat(235)}`],
	['with capital letters', 'garm-ny9HeeQYw2rl'],
] as const;
test(
	'names that are no DNS names, and pools that are no UUIDs, come back exactly as they were',
	withGarm({}, async (t, garm) => {
		const pools = ['', 'My Scale Set-542b68dd-4b3d-459d-8531-34d5e779d4d6', 'Gruppe für Ω'];
		for (const [n, [what, name]] of names.entries()) {
			const pool = pools[n % pools.length] ?? '';
			const runner = {provider_id: name, name, status: 'running', ...(pool === '' ? {} : {pool_id: pool})};
			const given = await garm.create(bootstrap({name, pool_id: pool}));
			t.like(given, {exitCode: 0, document: runner}, what);
			t.is('pool_id' in given.document, pool !== '', what);
		}
		for (const [n, pool] of pools.entries()) {
			const {document} = await garm.ask('ListInstances', {GARM_POOL_ID: pool});
			const own = names.filter((_, at) => at % pools.length === n).map(([, name]) => name);
			t.deepEqual(document.map(({name}: {name: string}) => name).sort(), own.sort(), pool);
		}
		for (const [what, name] of names) {
			const the = {GARM_INSTANCE_ID: name};
			t.like((await garm.ask('GetInstance', the)).document, {provider_id: name, name}, what);
			t.like(await garm.ask('DeleteInstance', the), {exitCode: 0, stdout: ''}, what);
		}
		t.deepEqual(
			Object.values(garm.simulator.world.pools).map(({vms}) => vms.length),
			[0, 4],
		);
	}),
);

const withoutInput: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
	[
		'an unknown command',
		{GARM_COMMAND: 'CreateInstances'},
		/GARM_COMMAND "CreateInstances" is not known\. Did you mean CreateInstance\?/,
	],
	[
		'no command',
		{GARM_COMMAND: ''},
		/GARM_COMMAND is missing\. This program is started by GARM; garm-proxmox is the one for people/,
	],
	['no instance', {GARM_COMMAND: 'DeleteInstance'}, /GARM_INSTANCE_ID is missing/],
	['no controller', {GARM_COMMAND: 'ListInstances', GARM_CONTROLLER_ID: ''}, /GARM_CONTROLLER_ID is missing/],
	[
		'no config, no instance, and another interface',
		{GARM_COMMAND: 'StopInstance', GARM_PROVIDER_CONFIG_FILE: '', GARM_INTERFACE_VERSION: 'v9'},
		/3 reasons: .*GARM_INTERFACE_VERSION must be one of.*GARM_PROVIDER_CONFIG_FILE is missing.*GARM_INSTANCE_ID is missing/,
	],
	['no input', {GARM_COMMAND: 'CreateInstance'}, /standard input: it is empty/],
];
test(
	'a call that cannot be understood is told, and asks nothing of the cluster',
	withGarm({}, async (t, garm) => {
		for (const [what, variables, says] of withoutInput) {
			const {exitCode, stdout, stderr} = await garm.ask(variables.GARM_COMMAND ?? '', variables);
			t.is(exitCode, 1, what);
			t.is(stdout, '', what);
			t.regex(stderr, says, what);
		}
		t.is((await garm.ask('CreateInstance', {}, '{"name": "garm-1", "instance-token": "s3cr3t-t0ken"')).exitCode, 1);
		t.is(garm.simulator.requests.length, 0);
	}),
);

test(
	'a request that cannot be met tells every reason at once, and nothing is made',
	withGarm({}, async (t, garm) => {
		const before = JSON.stringify(garm.simulator.snapshot());
		const {exitCode, stderr, document} = await garm.create(
			bootstrap({
				name: 'garm-unlucky',
				arch: 'arm64',
				image: 'ubuntu-26.04',
				flavor: 'huge',
				tools: [],
				extra_specs: {extra_package: ['jq'], cores: 'many'},
			}),
		);
		t.is(exitCode, 1);
		t.like(document, {provider_id: 'garm-unlucky', name: 'garm-unlucky', status: 'error'});
		t.regex(stderr, /tools has no runner for linux\/arm64/);
		t.regex(stderr, /extra_package.*extra_packages/);
		t.regex(stderr, /cores/);
		t.regex(stderr, /no template "ubuntu-26\.04".*ubuntu-24\.04-runner \(9000 on pve\)/);
		t.is(JSON.stringify(garm.simulator.snapshot()), before);
	}),
);
