import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runProviderProcess} from '../../tools/demo/provider-process.ts';
import {providerConfig} from '../../tools/simulator/cli.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../tools/simulator/index.ts';
import {hasPseudoTerminal, type OperatorAnswer, runAtTerminal, runOperatorProcess} from '../helper/operator-process.ts';

const atTerminal = hasPseudoTerminal ? test : test.skip;

interface Scene {
	readonly simulator: Simulator;
	readonly file: string;
	readonly folder: string;
	doctor(...more: readonly string[]): Promise<OperatorAnswer>;
	/** What the doctor says with `--json`. */
	findings(...more: readonly string[]): Promise<readonly Told[]>;
}

interface Told {
	readonly topic: string;
	readonly level: string;
	readonly what: string;
	readonly why?: string;
	readonly mend?: readonly string[];
}

async function prepare(
	t: ExecutionContext,
	options: SimulatorOptions = {},
	change = (text: string) => text,
): Promise<Scene> {
	const simulator = await startSimulator(options);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-doctor-'));
	t.teardown(async () => {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	});
	const file = path.join(folder, 'proxmox.toml');
	await writeFile(file, change(providerConfig(simulator)), {mode: 0o600});
	const doctor = async (...more: readonly string[]) => {
		const answer = await runOperatorProcess(['doctor', '--config', file, ...more]);
		t.false(`${answer.stdout}${answer.stderr}`.includes(simulator.tokenSecret), 'the secret is shown');
		return answer;
	};
	const findings = async (...more: readonly string[]) => {
		const {exitCode, stdout} = await doctor('--json', ...more);
		const {ok, findings: told} = JSON.parse(stdout) as {readonly ok: boolean; readonly findings: readonly Told[]};
		t.is(exitCode, ok ? 0 : 1);
		t.is(
			ok,
			told.every(({level}) => level !== 'failure'),
		);
		return told;
	};
	return {simulator, file, folder, doctor, findings};
}

const failing = (told: readonly Told[]) => told.filter(({level}) => level === 'failure').map(({what}) => what);

test('a healthy cluster ends with 0; without a terminal there are no colours', async (t) => {
	const {doctor} = await prepare(t);
	const {exitCode, stdout, stderr} = await doctor();
	t.deepEqual([exitCode, stderr], [0, ''], stdout);
	t.regex(stdout, /^ {2}✓ the token garm@pve!runner is taken$/m);
	t.regex(stdout, /^ {2}! the token lacks Sys\.Audit on \/nodes\/pve$/m);
	t.regex(stdout, /^ {8}pveum acl modify \/nodes --roles GarmNodes --users garm@pve --tokens 'garm@pve!runner'$/m);
	t.regex(stdout, /\nNothing keeps runners from coming up \(\d+ checks passed, 1 warning\)\.\n$/);
	t.false(stdout.includes('\u001b'));
});

atTerminal('at a terminal there are colours, unless NO_COLOR says otherwise', async (t) => {
	const {file} = await prepare(t);
	t.true((await runAtTerminal(['doctor', '--config', file])).stdout.includes('\u001b[32m✓'));
	t.false((await runAtTerminal(['doctor', '--config', file], [], {NO_COLOR: '1'})).stdout.includes('\u001b'));
});

for (const version of ['8.4', '9.2'] as const) {
	test(`on PVE ${version} each mistake on the cluster is told, with the line that mends it`, async (t) => {
		const images =
			'\n[images.ubuntu]\ntemplate = 9000\n[images.gone]\ntemplate = "gone"\n[images.vm]\ntemplate = 102\n';
		const {simulator, findings} = await prepare(t, {pveVersion: version}, (text) => `${text}${images}`);
		const {access, storages, guests, pools, options} = simulator.world;
		access.roles.GarmRunner = (access.roles.GarmRunner ?? []).filter((privilege) => privilege !== 'VM.PowerMgmt');
		access.acl = access.acl.filter(({path: each}) => each !== '/storage/local-lvm');
		Object.assign(storages.local ?? {}, {content: ['backup']});
		pools['garm-templates']?.vms.push(102);
		options['user-tag-access'] = 'user-allow=none';
		const office = guests[100];
		for (let n = 0; n < 32 && office !== undefined; n++) {
			const vmid = Math.floor(100_000 + (n * 900_000) / 32);
			guests[vmid] = {...office, vmid};
		}
		const told = await findings();
		t.deepEqual(failing(told).sort(), [
			'image "gone" is of no use',
			'image "vm" is of no use',
			'runners of image "ubuntu" have no node to go to',
			'storage local does not take ISO images',
			'the VMIDs 100000-999999 are crowded: 16 of 16 that were asked for are taken',
			'the token lacks Datastore.AllocateSpace on /storage/local-lvm',
			'the token lacks VM.PowerMgmt on /pool/garm',
		]);
		t.regex(told.find(({topic}) => topic === 'tag')?.why ?? '', /user-tag-access allows "none" only/);
		t.deepEqual(told.find(({what}) => what.includes('ISO images'))?.mend, ['pvesm set local --content backup,iso']);
		t.deepEqual(told.find(({what}) => what.includes('"vm"'))?.mend, ['qm template 102']);
	});
}

test('a bridge that is not on the node is told', async (t) => {
	const {simulator, findings} = await prepare(t);
	Object.assign(simulator.world.nodes.pve ?? {}, {bridges: ['vmbr1']});
	t.deepEqual(failing(await findings()), ['bridge vmbr0 is not there on pve']);
});

test('a pool that is not there is told', async (t) => {
	const {findings} = await prepare(t, {}, (text) => text.replace('pool = "garm"', 'pool = "ci"'));
	t.true(
		failing(await findings()).includes(
			'the token lacks VM.Audit, VM.Allocate, VM.Config.Options, VM.Config.CPU, VM.Config.Memory, VM.Config.CDROM, VM.Config.Cloudinit and VM.PowerMgmt on /pool/ci',
		),
	);
});

test('a token that is refused ends the look, and says what may be the reason', async (t) => {
	const {findings} = await prepare(t, {}, (text) =>
		text.replace(/^secret = .*$/m, 'secret = "00000000-0000-4000-8000-000000000000"'),
	);
	const told = await findings();
	t.is(failing(told).length, 1);
	t.regex(failing(told)[0] ?? '', /does not take the token garm@pve!runner$/);
});

test('of several addresses each is looked at: one that is silent is a warning, one with another certificate a failure', async (t) => {
	const {simulator, findings} = await prepare(t, {world: 'cluster'}, (text) =>
		text.replace(/^url = "(.*)"$/m, 'urls = ["https://127.0.0.1:1", "$1"]'),
	);
	const told = await findings();
	t.deepEqual(failing(told), []);
	t.deepEqual(
		told.filter(({level}) => level === 'warning').map(({what}) => what.replace(/[,:] .*/, '')),
		[
			'tls.fingerprint names one certificate',
			'https://127.0.0.1:1 does not answer',
			'the token lacks Sys.Audit on /nodes/n1',
		],
	);
	t.true(told.some(({what}) => what.startsWith(`${simulator.url} answers: Proxmox VE 8.4.21`)));
	const other = await prepare(t, {}, (text) => text.replace(/^fingerprint = "../m, 'fingerprint = "00'));
	t.deepEqual(failing(await other.findings()), [`the certificate of ${other.simulator.url} is not trusted`]);
});

test('a node that is dead is told, and runners go to the others', async (t) => {
	const {simulator, findings} = await prepare(t, {world: 'cluster'});
	await simulator.setNode('n3', 'dead');
	Object.assign(simulator.world.nodes.n3 ?? {}, {since: 0});
	const told = await findings('--image', 'ubuntu-24.04-runner');
	t.deepEqual(failing(told), []);
	t.regex(told.find(({what}) => what.endsWith('cannot go everywhere'))?.why ?? '', /Node n3 is off line/);
});

test('one image and one flavor can be looked at alone', async (t) => {
	const {findings, doctor} = await prepare(t);
	const told = await findings('ubuntu-24.04-runner', '2c-4g-5g');
	t.deepEqual(
		told.filter(({topic}) => topic === 'template').map(({level}) => level),
		['ok', 'failure'],
	);
	const again = await findings('--image', 'ubuntu-24.04-runner', '--flavor', '2c-4g-5g');
	t.deepEqual(failing(again), failing(told));
	const unknown = await doctor('ubuntu-24.04-runner', 'huge');
	t.is(unknown.exitCode, 1);
	t.regex(unknown.stderr, /flavor "huge" is not known/);
});

test('a config with mistakes is told mistake by mistake, without a look at the cluster', async (t) => {
	const {simulator, findings} = await prepare(t, {}, (text) =>
		text.replace('pool =', 'pol =').replace(/^url = .*$/m, 'url = "http://x"'),
	);
	const told = await findings();
	t.true(told.length >= 2 && told.every(({topic, level}) => topic === 'config' && level === 'failure'));
	t.deepEqual(simulator.requests, []);
});

test("GARM's own config is looked at where it is given", async (t) => {
	const {file, folder, findings} = await prepare(t);
	const garmConfig = path.join(folder, 'config.toml');
	const section = (version: string) => `[jwt_auth]
secret = "a secret of GARM"
[[provider]]
name = "proxmox"
provider_type = "external"
[provider.external]
interface_version = "${version}"
config_file = "${file}"
provider_executable = "${process.execPath}"
environment_variables = ["PATH"]
`;
	const garm = async (text: string) => {
		await writeFile(garmConfig, text);
		const told = await findings('--garm-config', garmConfig);
		t.false(JSON.stringify(told).includes('a secret of GARM'));
		return told.filter(({topic}) => topic === 'garm').map(({level, what}) => `${level}: ${what}`);
	};
	t.deepEqual(await garm(section('v0.1.0')), ['ok: provider proxmox of GARM starts it as it should']);
	t.deepEqual(await garm(section('v0.1.1')), ['warning: provider proxmox uses interface v0.1.1']);
	t.regex((await garm(section('v0.1.0').replace(process.execPath, '/nowhere'))).join(), /^failure: GARM cannot start/);
	t.regex((await garm('[[provider]]\n')).join(), /^failure: .* has no \[\[provider\]\] section/);
	t.regex((await garm('secret = "a secret of GARM')).join(), /^failure: .* cannot be read$/);
});

test('a trial makes a runner, tells the time of each step, and leaves nothing', async (t) => {
	const {simulator, doctor} = await prepare(t);
	const before = JSON.stringify([simulator.snapshot().guests, simulator.snapshot().volumes]);
	const {exitCode, stdout} = await doctor('--try', 'ubuntu-24.04-runner', '4c-8g-40g');
	t.is(exitCode, 0, stdout);
	for (const step of [
		'clone template 9000',
		'upload the seed',
		'configure',
		'grow the disk',
		'start',
		'boot',
		'stop',
		'destroy',
		'remove the seed',
	]) {
		t.regex(stdout, new RegExp(`^  ${step}.*  \\d+\\.\\d s$`, 'm'));
	}
	t.regex(stdout, /✓ A runner comes up and goes\.\n$/);
	t.is(JSON.stringify([simulator.snapshot().guests, simulator.snapshot().volumes]), before);
});

test('a trial that fails says why, ends with 1, and leaves nothing', async (t) => {
	const {simulator, doctor} = await prepare(t);
	simulator.faults.add({match: {operation: 'start'}, effect: {kind: 'task', exitstatus: 'start failed: no memory'}});
	const before = JSON.stringify(simulator.snapshot().guests);
	const {exitCode, stdout} = await doctor('--json', '--try', 'ubuntu-24.04-runner', '4c-8g');
	const {ok, trial} = JSON.parse(stdout) as {ok: boolean; trial: {faults: string[]; removed: boolean}};
	t.deepEqual([exitCode, ok, trial.removed], [1, false, true]);
	t.regex(trial.faults.join(), /start failed: no memory/);
	t.is(JSON.stringify(simulator.snapshot().guests), before);
});

test('nothing is tried where a runner would not come up, or where nobody says what to try', async (t) => {
	const {simulator, doctor} = await prepare(t);
	Object.assign(simulator.world.storages.local ?? {}, {content: ['backup']});
	const {exitCode, stderr} = await doctor('--try', 'ubuntu-24.04-runner', '4c-8g');
	t.is(exitCode, 1);
	t.regex(stderr, /No runner was tried/);
	const unnamed = await doctor('--try');
	t.is(unnamed.exitCode, 1);
	t.regex(unnamed.stderr, /name the image and the flavor/);
	t.false(simulator.requests.some(({operation}) => operation === 'clone'));
});

atTerminal('Ctrl-C during a trial ends the step that runs, and leaves nothing', async (t) => {
	const {simulator, file} = await prepare(t);
	simulator.faults.add({match: {operation: 'clone'}, effect: {kind: 'delay', ms: 50_000}});
	const before = JSON.stringify([simulator.snapshot().guests, simulator.snapshot().volumes]);
	const {exitCode, stdout} = await runAtTerminal(
		['doctor', '--config', file, '--try', 'ubuntu-24.04-runner', '4c-8g'],
		[['Runner doctor-', '\u0003']],
	);
	t.is(exitCode, 1, stdout);
	t.regex(stdout, /Stopping: doctor-\w+ is removed as soon as/);
	t.regex(stdout, /The trial was interrupted by hand\./);
	t.regex(stdout, /Nothing of it is left\./);
	await simulator.settle();
	t.is(JSON.stringify([simulator.snapshot().guests, simulator.snapshot().volumes]), before);
});

test('a pool is validated by the same checks', async (t) => {
	const {simulator, file} = await prepare(t);
	const ask = (pool: object) =>
		runProviderProcess(
			{GARM_COMMAND: 'ValidatePoolInfo', GARM_CONTROLLER_ID: 'c', GARM_PROVIDER_CONFIG_FILE: file},
			JSON.stringify(pool),
		);
	t.like(await ask({image: 'ubuntu-24.04-runner', flavor: '2c-4g'}), {exitCode: 0, stdout: '', stderr: ''});
	const {access, storages} = simulator.world;
	access.roles.GarmRunner = (access.roles.GarmRunner ?? []).filter((privilege) => privilege !== 'VM.Config.CPU');
	Object.assign(storages.local ?? {}, {content: ['backup']});
	const {exitCode, stderr} = await ask({image: 'ubuntu-24.04-runner', flavor: '2c-4g-5g'});
	t.is(exitCode, 1);
	t.regex(stderr, /the token lacks VM\.Config\.CPU on \/pool\/garm/i);
	t.regex(stderr, /Storage local does not take ISO images\..*On a node run: pvesm set local --content backup,iso/);
	t.regex(stderr, /its disk has 10 GiB/);
	t.notRegex(stderr, /Sys\.Audit|VM\.Config\.Network/, 'what only matters elsewhere');
});
