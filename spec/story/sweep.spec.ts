import {mkdtemp, readFile, rm, stat, utimes, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {providerConfig} from '../../tools/simulator/cli.ts';
import {type Simulator, startSimulator} from '../../tools/simulator/index.ts';
import {aForeignVm, put, runnerPool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import type {World} from '../../tools/simulator/world.ts';
import {controller, otherController} from '../helper/a-vm.ts';
import {firstSlot, putOldRunner, putSeed} from '../helper/a-world.ts';
import {garmToken, startFakeGarm} from '../helper/fake-garm.ts';
import {hasPseudoTerminal, type OperatorAnswer, runAtTerminal, runOperatorProcess} from '../helper/operator-process.ts';

const atTerminal = hasPseudoTerminal ? test : test.skip;
const escapeLetter = '\u001b';
const hostile = 'r-<script>alert(1)</script>\u001b[31m\u202e"&';

/** Runners as an operator finds them: at work, forgotten, stopped, locked, named by somebody who means harm. */
function someWorld(): World {
	const world = clusterWorld();
	putOldRunner(world, 'r-busy', 'n1');
	putSeed(world, 'r-busy', 'shared', null);
	Object.assign(world.guests[putOldRunner(world, 'r-done', 'n2')] ?? {}, {power: 'stopped'});
	Object.assign(world.guests[putOldRunner(world, hostile, 'n3', {config: {name: 'odd'}})] ?? {}, {power: 'stopped'});
	putSeed(world, 'r-gone', 'shared', null);
	return world;
}

interface Scene {
	readonly simulator: Simulator;
	readonly folder: string;
	readonly file: string;
	/** Runs `garm-proxmox WORD --config FILE MORE...` without a terminal. */
	run(word: string, ...more: readonly string[]): Promise<OperatorAnswer>;
	/** The runners that are left, by name. */
	names(): readonly string[];
}

async function prepare(t: ExecutionContext, world = someWorld()): Promise<Scene> {
	const simulator = await startSimulator({world});
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-sweep-'));
	t.teardown(async () => {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	});
	const file = path.join(folder, 'proxmox.toml');
	await writeFile(file, providerConfig(simulator), {mode: 0o600});
	return {
		simulator,
		folder,
		file,
		async run(word, ...more) {
			const answer = await runOperatorProcess([word, '--config', file, ...more]);
			const told = `${answer.stdout}${answer.stderr}`;
			for (const secret of [simulator.tokenSecret, garmToken]) t.false(told.includes(secret), 'a secret is shown');
			t.false(told.includes(escapeLetter), 'a terminal would obey');
			return answer;
		},
		names: () =>
			Object.values(world.guests)
				.filter(({config}) => config.description?.includes('garm-mark: '))
				.map(({config}) => config.name ?? '')
				.sort(),
	};
}

test('runners are a table; findings are below it; nothing is changed', async (t) => {
	const {run, simulator} = await prepare(t);
	const before = JSON.stringify(simulator.snapshot().guests);
	const {exitCode, stdout, stderr} = await run('runners', '--sort', 'age');
	t.deepEqual([exitCode, stderr], [0, '']);
	t.regex(stdout, /^NAME +VMID +NODE +POOL +STATUS +AGE +LOCK +SEED$/m);
	t.regex(stdout, new RegExp(`^r-busy +${firstSlot('r-busy')} +n1 +\\S+ +running +\\S+(?: \\S+)? +- +yes$`, 'm'));
	t.regex(stdout, new RegExp(`^r-done +${firstSlot('r-done')} +n2 +\\S+ +stopped +5h +- +no$`, 'm'));
	t.regex(stdout, /^3 runners: 1 running, 2 stopped\.$/m);
	t.regex(stdout, /^ {2}dead +runner r-done \(VM \d+ on n2, stopped\), 5h old$/m);
	t.regex(stdout, /^ {2}lost-seed +seed shared:iso\/garm-seed-/m);
	t.false(stdout.includes('suspect'));
	t.is(JSON.stringify(simulator.snapshot().guests), before);
	t.true(simulator.requests.every(({method}) => method === 'GET'));
});

test('runners are filtered, and told as JSON', async (t) => {
	const {run} = await prepare(t);
	const {exitCode, stdout} = await run('runners', '--json', '--status', 'running');
	const document = JSON.parse(stdout) as {readonly runners: readonly object[]; readonly controllers: readonly string[]};
	t.is(exitCode, 0);
	const all = (await run('runners', '--json')).stdout;
	t.true(
		(JSON.parse(all) as {readonly runners: readonly {readonly name: string}[]}).runners.some(
			({name}) => name === hostile,
		),
	);
	t.false(/[^\n\x20-\x7e]/.test(all));
	t.deepEqual(document.controllers, [controller]);
	t.is(document.runners.length, 1);
	t.like(document.runners[0], {name: 'r-busy', node: 'n1', status: 'running', seed: true, controller});
	t.regex((await run('runners', '--pool', 'another')).stdout, /^No runner is marked here\.$/m);
});

test('of several controllers one has to be named; all are shown where all are asked for', async (t) => {
	const world = someWorld();
	putOldRunner(world, 'r-theirs', 'n1', {owner: otherController});
	const {run} = await prepare(t, world);
	for (const word of ['runners', 'cleanup']) {
		const {exitCode, stderr} = await run(word);
		t.is(exitCode, 1);
		t.regex(
			stderr,
			new RegExp(`several have runners here: "${otherController}" \\(1 runner\\), "${controller}" \\(3 runners\\)`),
		);
		t.regex(stderr, /--controller/);
	}
	t.regex((await run('runners', '--controller', otherController)).stdout, /^1 runner: 1 running\.$/m);
	const all = await run('runners', '--all-controllers');
	t.regex(all.stdout, /^NAME .* CONTROLLER$/m);
	t.regex(all.stdout, /^4 runners:/m);
});

test('a controller or a node that is not there is told, with those that are', async (t) => {
	const {run} = await prepare(t);
	const stranger = await run('cleanup', '--controller', 'f9286791');
	t.is(stranger.exitCode, 1);
	t.regex(
		stranger.stderr,
		new RegExp(`nothing of controller "f9286791" is here\\. Runners are here of "${controller}" \\(3 runners\\)`),
	);
	const nowhere = await run('cleanup', '--node', 'n9');
	t.is(nowhere.exitCode, 1);
	t.regex(nowhere.stderr, /--node n9 cannot be used: the cluster has n1, n2, n3\./);
});

test('where no runner is left, but seeds are, the controller has to be named', async (t) => {
	const world = clusterWorld();
	putSeed(world, 'r-gone', 'shared', null);
	const {run, simulator} = await prepare(t, world);
	t.regex(
		(await run('cleanup')).stderr,
		/no runner is here that names one, but 1 seed on the storage\. Name it with --controller\./,
	);
	t.is((await run('cleanup', '--controller', controller, '--apply', '--yes')).exitCode, 0);
	t.false(Object.keys(simulator.world.volumes).some((volume) => volume.includes('garm-seed-')));
	const {exitCode, stdout} = await run('cleanup');
	t.deepEqual(
		[exitCode, stdout],
		[0, 'No runner is marked here, and no seed is left: there is nothing to clean up.\n'],
	);
});

test('a half-made clone is told also where no runner is left', async (t) => {
	const world = clusterWorld();
	const vmid = firstSlot('r-half');
	put(world, {...aForeignVm(vmid, 'n2', ''), power: 'stopped', config: {lock: 'clone'}});
	world.pools[runnerPool]?.vms.push(vmid);
	const {run} = await prepare(t, world);
	for (const words of [['runners'], ['cleanup'], ['cleanup', '--apply', '--yes']] as const) {
		const [word, ...more] = words;
		const {exitCode, stdout} = await run(word, ...more);
		t.is(exitCode, words.length > 1 ? 1 : 0);
		t.regex(stdout, /^No runner is marked here\.$/m);
		t.regex(stdout, new RegExp(`^ {2}qm unlock ${vmid} && qm destroy ${vmid} --destroy-unreferenced-disks 1`, 'm'));
	}
});

test('the page needs nothing else, and no name can be markup', async (t) => {
	const {run, folder} = await prepare(t);
	const html = path.join(folder, 'runners.html');
	t.is((await run('runners', '--html', html)).exitCode, 0);
	const page = await readFile(html, 'utf8');
	t.regex(page, /^<!doctype html>/);
	t.true(page.includes('r-&lt;script&gt;alert(1)&lt;/script&gt;\ufffd[31m\ufffd&quot;&amp;'));
	t.false(/<script|<link|<img|https?:|@import|url\(/.test(page));
	t.true(page.includes('prefers-color-scheme:dark') && page.includes("default-src 'none'"));
	t.true(page.includes('lost-seed'));
	t.regex(
		(await run('runners', '--html', '/nowhere/x.html')).stderr,
		/--html \/nowhere\/x\.html cannot be used: it cannot be written \(ENOENT\)/,
	);
});

test('without a terminal there is nothing to watch at, and it is shown once', async (t) => {
	const {run} = await prepare(t);
	const {exitCode, stdout, stderr} = await run('runners', '--watch');
	t.deepEqual([exitCode, stderr], [0, 'There is no terminal to watch at: this is shown once.\n']);
	t.regex(stdout, /^3 runners:/m);
});

atTerminal('at a terminal the table is drawn anew until Ctrl-C', async (t) => {
	const {file} = await prepare(t);
	const {exitCode, stdout} = await runAtTerminal(
		['runners', '--config', file, '--watch', '1'],
		[
			['every 1 s', ''],
			['every 1 s', '\u0003'],
		],
	);
	t.is(exitCode, 0, stdout);
	t.true(stdout.split(`${escapeLetter}[H${escapeLetter}[J`).length >= 3);
	t.true(stdout.includes(`${escapeLetter}[32mrunning`));
});

test('a clean-up only looks, until it is told to act; then it removes what it has told, and no more', async (t) => {
	const {run, names, simulator} = await prepare(t);
	const before = names();
	const look = await run('cleanup');
	t.is(look.exitCode, 0);
	t.regex(look.stdout, /what GARM knows was not asked \(--known, --garm\); older than 1h\./);
	t.regex(look.stdout, /^ {2}suspect +runner r-busy/m);
	t.regex(look.stdout, /^Nothing was changed\. The same with --apply removes 2 runners and 1 seed\.$/m);
	t.deepEqual(names(), before);
	const done = await run('cleanup', '--apply', '--yes');
	t.is(done.exitCode, 0, done.stderr);
	t.regex(done.stdout, /^Removed: 2 runners and 1 seed\.$/m);
	t.regex(done.stderr, /^\[\d\/3\] runner r-done is gone$/m);
	t.deepEqual(names(), ['r-busy']);
	t.true(Object.keys(simulator.world.volumes).some((volume) => volume.includes('garm-seed-')));
	const again = await run('cleanup', '--apply', '--yes', '--json');
	const {removed, planned, applied} = JSON.parse(again.stdout) as Readonly<Record<string, unknown>>;
	t.deepEqual([again.exitCode, applied, planned, removed], [0, true, [], []]);
});

test('without a terminal nobody is asked: it refuses before it has looked', async (t) => {
	const {run, simulator, names} = await prepare(t);
	const before = names();
	const {exitCode, stdout, stderr} = await run('cleanup', '--apply');
	t.deepEqual([exitCode, stdout], [1, '']);
	t.regex(stderr, /there is no terminal: nothing was done\. Add --yes/);
	t.deepEqual(simulator.requests, []);
	t.deepEqual(names(), before);
});

atTerminal('at a terminal it asks; no means no, and what has changed since the question stays', async (t) => {
	const {file, names, simulator} = await prepare(t);
	const before = names();
	const no = await runAtTerminal(['cleanup', '--config', file, '--apply'], [['[y/N]', 'n\n']]);
	t.is(no.exitCode, 1);
	t.regex(no.stdout, /Nothing was changed\./);
	t.deepEqual(names(), before);
	let looks = 0;
	simulator.onRequest((_, phase, {operation}) => {
		if (operation !== 'resources' || phase !== 'before' || ++looks !== 2) return;
		Object.assign(simulator.world.guests[firstSlot('r-done')] ?? {}, {power: 'running', startedAt: Date.now()});
	});
	const yes = await runAtTerminal(['cleanup', '--config', file, '--apply', '--name', 'r-done'], [['[y/N]', 'y\n']]);
	t.regex(yes.stdout, /1 thing changed meanwhile and stays/);
	t.deepEqual(names(), before);
});

test('what GARM knows comes from a file: the rest is forgotten, but for what was made after it was written', async (t) => {
	const {run, folder, names} = await prepare(t);
	const known = path.join(folder, 'known');
	await writeFile(known, 'r-done\n');
	await utimes(known, new Date(), new Date(Date.now() - 86_400_000));
	const old = await run('cleanup', '--known', known);
	t.regex(old.stdout, /^ {2}young +runner r-busy/m);
	t.false(old.stdout.includes('orphan'));
	await writeFile(known, JSON.stringify([{name: 'r-done', status: 'stopped'}, {name: hostile}]));
	const done = await run('cleanup', '--known', known, '--apply', '--yes');
	t.regex(done.stdout, /GARM knows 2 runners/);
	t.is(done.exitCode, 0, done.stderr);
	t.deepEqual(names(), ['odd', 'r-done']);
	await writeFile(known, '');
	const empty = await run('cleanup', '--known', known, '--apply', '--yes');
	t.is(empty.exitCode, 1);
	t.regex(empty.stderr, /it names no runner\. Where GARM really knows none, write \[\] into it\./);
	t.deepEqual(names(), ['odd', 'r-done']);
});

test('what GARM knows comes from GARM itself, and from no other GARM', async (t) => {
	const {run, folder, names} = await prepare(t);
	const [token, ca] = [path.join(folder, 'token'), path.join(folder, 'ca.pem')];
	const garm = await startFakeGarm(t, {runners: ['r-busy']});
	await writeFile(token, `${garmToken}\n`, {mode: 0o644});
	await writeFile(ca, garm.caPem);
	const ask = (url: string, ...more: readonly string[]) =>
		run('cleanup', '--garm', url, '--garm-token-file', token, '--garm-ca-file', ca, '--apply', '--yes', ...more);
	const open = await ask(garm.url);
	t.regex(open.stderr, /everybody can read it; run: chmod 600/);
	await rm(token);
	await writeFile(token, `${garmToken}\n`, {mode: 0o600});
	t.is((await stat(token)).mode & 0o777, 0o600);

	const other = await startFakeGarm(t, {controller: otherController, tls: false});
	const refused = await ask(other.url);
	t.is(refused.exitCode, 1);
	t.regex(refused.stderr, new RegExp(`it is controller ${otherController}`));
	t.is(names().length, 3);

	const done = await ask(garm.url);
	t.deepEqual([done.exitCode, names()], [0, ['r-busy']], done.stderr);
	t.regex(done.stdout, /GARM knows 1 runner;/);
});

test('what only root can mend ends an applied clean-up with 1, with the lines to run, node by node', async (t) => {
	const world = someWorld();
	const locked = putOldRunner(world, 'r-locked', 'n3', {config: {lock: 'backup'}});
	put(world, aForeignVm(300, 'n3', 'office'));
	const {run, names} = await prepare(t, world);
	const {exitCode, stdout} = await run('cleanup', '--apply', '--yes');
	t.is(exitCode, 1);
	t.regex(stdout, new RegExp(`^On node n3, as root, after a look:\n {2}qm unlock ${locked} {2}# runner r-locked`, 'm'));
	t.regex(stdout, /^Removed: 2 runners and 1 seed; 1 for root\.$/m);
	t.deepEqual(names(), ['r-busy', 'r-locked']);
	t.false(stdout.includes('office'));
});

for (const [why, words, expected] of [
	['a span that is none', ['--older-than', 'soon'], /no span such as 90s, 30m, 1h or 2d/],
	['a GARM without a token', ['--garm', 'https://garm'], /'--garm <url>' and '--garm-token-file <file>' go together/],
	['two sources', ['--known', 'x', '--garm', 'https://garm'], /cannot be used with option '--garm <url>'/],
	['a word that is nearly one', ['--aply'], /Did you mean --apply\?/],
] as const) {
	test(`wrong words end with 2: ${why}`, async (t) => {
		const {run, simulator} = await prepare(t);
		const {exitCode, stdout, stderr} = await run('cleanup', ...words);
		t.deepEqual([exitCode, stdout], [2, '']);
		t.regex(stderr, expected);
		t.deepEqual(simulator.requests, []);
	});
}
