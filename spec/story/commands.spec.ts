import test from 'ava';
import {runProviderProcess} from '../../tools/demo/provider-process.ts';
import {otherController} from '../helper/a-vm.ts';
import {bootstrap, withGarm} from '../helper/with-garm.ts';

const request = bootstrap({name: 'garm-0k3f9x2m1aqz', flavor: '4c-8g-40g'});
const name = 'garm-0k3f9x2m1aqz';
const pool = String(request.pool_id);
const runner = {
	provider_id: name,
	name,
	os_type: 'linux',
	os_arch: 'amd64',
	addresses: [],
	status: 'running',
	pool_id: pool,
};

// v0.1.1 sends the pool's id and extra specs with every command, null where it knows none.
const versions = [
	['v0.1.0', {}],
	['v0.1.1', {GARM_INTERFACE_VERSION: 'v0.1.1', GARM_POOL_ID: pool, GARM_POOL_EXTRASPECS: 'bnVsbA=='}],
] as const;
for (const [version, variables] of versions) {
	test(
		`every command about runners does its work and answers as GARM expects: ${version}`,
		withGarm({}, async (t, garm) => {
			const {simulator} = garm;
			const before = JSON.stringify(simulator.snapshot().guests);
			const the = {...variables, GARM_INSTANCE_ID: name};
			// GARM's docs write the short names, its code the long ones.
			const [stop, start] = version === 'v0.1.1' ? ['Stop', 'Start'] : ['StopInstance', 'StartInstance'];
			const power = () => Object.values(simulator.world.guests).find(({config}) => config.name === name)?.power;

			t.like(await garm.ask('ListInstances', {...variables, GARM_POOL_ID: pool}), {exitCode: 0, document: []});
			t.deepEqual((await garm.create(request, variables)).document, runner);
			t.is(power(), 'running');
			const {document} = await garm.ask('GetInstance', the);
			t.deepEqual({...document, addresses: []}, runner);
			t.deepEqual(Object.keys(document.addresses[0] ?? {address: 0, type: 0}), ['address', 'type']);
			const listed = await garm.ask('ListInstances', {...variables, GARM_POOL_ID: pool});
			t.deepEqual(listed.document, [{...runner, addresses: listed.document[0].addresses}]);

			t.like(await garm.ask(stop, the), {exitCode: 0, stdout: ''});
			t.is(power(), 'stopped');
			t.is((await garm.ask('GetInstance', the)).document.status, 'stopped');
			t.like(await garm.ask(start, the), {exitCode: 0, stdout: ''});
			t.is(power(), 'running');

			t.like(await garm.ask('DeleteInstance', the), {exitCode: 0, stdout: ''});
			t.like(await garm.ask('DeleteInstance', the), {exitCode: 0, stdout: ''});
			t.is(JSON.stringify(simulator.snapshot().guests), before);
			for (const command of ['GetInstance', stop, start]) {
				t.like(await garm.ask(command, the), {exitCode: 30, stdout: ''}, command);
			}
		}),
	);
}

test(
	'removing all removes the runners of this controller, and of no other',
	withGarm({}, async (t, garm) => {
		const other = {GARM_CONTROLLER_ID: otherController};
		await garm.create(request);
		await garm.create({...request, name: 'garm-theirs'}, other);
		t.like(await garm.ask('RemoveAllInstances'), {exitCode: 0, stdout: ''});
		t.deepEqual((await garm.ask('ListInstances', {GARM_POOL_ID: pool})).document, []);
		t.is((await garm.ask('GetInstance', {...other, GARM_INSTANCE_ID: 'garm-theirs'})).document.status, 'running');
		t.like(await garm.ask('RemoveAllInstances', other), {exitCode: 0, stdout: ''});
		t.deepEqual(
			Object.values(garm.simulator.world.volumes).filter(({content}) => content === 'iso'),
			[],
		);
	}),
);

test(
	'a second create of a name gives the same runner, and one of another pool is a duplicate',
	withGarm({}, async (t, garm) => {
		const [first, second] = await Promise.all([garm.create(request), garm.create(request)]);
		t.deepEqual([first?.document, second?.document], [runner, runner]);
		const count = () => Object.values(garm.simulator.world.guests).filter(({config}) => config.name === name).length;
		t.is(count(), 1);
		const other = await garm.create({...request, pool_id: 'another'});
		t.like(other, {exitCode: 31, document: {provider_id: name, name, status: 'error', pool_id: 'another'}});
		t.is(count(), 1);
		t.is((await garm.ask('GetInstance', {GARM_INSTANCE_ID: name})).document.status, 'running');
	}),
);

test(
	'a failed create has cleaned up, and tells the same sentence as stderr in provider_fault',
	withGarm({}, async (t, garm) => {
		const before = JSON.stringify(garm.simulator.snapshot().guests);
		garm.simulator.faults.add({
			match: {operation: 'start'},
			effect: {kind: 'task', exitstatus: 'start failed: no memory'},
		});
		const {exitCode, stderr, document} = await garm.create(request);
		t.is(exitCode, 1);
		const {provider_fault: fault, ...rest} = document;
		t.deepEqual(rest, {provider_id: name, name, addresses: [], status: 'error', pool_id: pool});
		t.is(Buffer.from(fault, 'base64').toString('base64'), fault, 'padded base64, as Go reads it');
		t.is(`${Buffer.from(fault, 'base64').toString()}\n`, stderr);
		t.regex(
			stderr,
			/^Unable to start VM \d+ on node pve: start failed: no memory\. The task log of the VM tells more\./,
		);
		t.is(JSON.stringify(garm.simulator.snapshot().guests), before);
		t.deepEqual(
			Object.values(garm.simulator.world.volumes).filter(({content}) => content === 'iso'),
			[],
		);
	}),
);

test(
	'a pool is checked by its extra specs, image and flavor',
	withGarm({}, async (t, garm) => {
		const encode = (specs: object) => Buffer.from(JSON.stringify(specs)).toString('base64');
		t.like(await garm.ask('ValidatePoolInfo'), {exitCode: 0, stdout: ''});
		t.like(await garm.ask('ValidatePoolInfo', {}, JSON.stringify({image: 'ubuntu-24.04-runner', flavor: '2c-4g'})), {
			exitCode: 0,
			stdout: '',
		});
		const bad = await garm.ask(
			'ValidatePoolInfo',
			{GARM_POOL_EXTRASPECS: encode({disable_update: true})},
			JSON.stringify({image: 'no-such', flavor: 'huge'}),
		);
		t.like(bad, {exitCode: 1, stdout: ''});
		t.regex(bad.stderr, /disable_updates/);
		t.regex(bad.stderr, /flavor "huge" is not known/);
		t.regex(bad.stderr, /no template "no-such".*ubuntu-24\.04-runner \(9000 on pve\)/);
	}),
);

const told: readonly (readonly [string, RegExp])[] = [
	['GetVersion', /^v\d+\.\d+\.\d+\n$/],
	['GetSupportedInterfaceVersions', /^\["v0\.1\.0","v0\.1\.1"\]\n$/],
	['GetConfigJSONSchema', /^\{"type":"object",.*"\$schema":"http:\/\/json-schema\.org\/draft-07\/schema#"\}\n$/],
	[
		'GetExtraSpecsJSONSchema',
		/^\{"type":\["object","null"\],.*"\$schema":"http:\/\/json-schema\.org\/draft-07\/schema#"\}\n$/,
	],
];
for (const [command, says] of told) {
	test(`${command} needs neither a config file nor a cluster`, async (t) => {
		const answer = await runProviderProcess({GARM_COMMAND: command});
		t.like(answer, {exitCode: 0, stderr: ''});
		t.regex(answer.stdout, says);
	});
}
