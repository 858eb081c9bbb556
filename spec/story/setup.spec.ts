import {chmod, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {rootPassword} from '../../tools/simulator/world/build.ts';
import type {World} from '../../tools/simulator/world.ts';
import {startBare} from '../helper/bare-world.ts';
import {hasPseudoTerminal, runAtTerminal, runOperatorProcess, type Typing} from '../helper/operator-process.ts';

const story = hasPseudoTerminal ? test : test.skip;
const seeds = ['--template', '9000', '--seed-storage', 'garm-seeds'];
const password: Typing[number] = ['not kept): ', `${rootPassword}\n`];
const vouch: Typing[number] = ['Is it the same? [y/N] ', 'y\n'];

async function prepare(t: Parameters<typeof startBare>[0], version: '8.4' | '9.2' = '9.2') {
	const {simulator, folder} = await startBare(t, version);
	const file = path.join(folder, 'proxmox.toml');
	const options = ['setup', '--config', file, ...seeds];
	const apply = (typing: Typing, ...more: readonly string[]) =>
		runAtTerminal([...options, '--apply', '--url', simulator.url, ...more], typing);
	return {simulator, file, options, apply};
}

function rulesOf({access, pools, storages}: World): string {
	return JSON.stringify({access, pools, storages});
}

for (const version of ['8.4', '9.2'] as const) {
	story(`a bare cluster of PVE ${version} is set up, and the doctor is content with it`, async (t) => {
		const {simulator, file, apply} = await prepare(t, version);
		const {exitCode, stdout} = await apply([vouch, password]);
		t.is(exitCode, 0, stdout);
		t.true(stdout.includes(simulator.fingerprint), 'the certificate is shown');
		t.regex(stdout, /Nothing keeps runners from coming up \(\d+ checks passed\)/);
		t.is((await stat(file)).mode & 0o777, 0o600);
		const secret = simulator.world.access.tokens['garm@pve!provider']?.secret ?? '';
		t.true((await readFile(file, 'utf8')).includes(secret));
		t.false(stdout.includes(secret), 'the secret is shown');
		t.false(stdout.includes(rootPassword), 'the password is shown');
	});
}

story('setting up again asks for the password only, changes nothing, and keeps the token', async (t) => {
	const {simulator, file, apply} = await prepare(t);
	await apply([vouch, password]);
	const [before, config] = [rulesOf(simulator.world), await readFile(file, 'utf8')];
	const {exitCode, stdout} = await apply([password]);
	t.is(exitCode, 0, stdout);
	t.regex(stdout, /The cluster has everything already\./);
	t.is(rulesOf(simulator.world), before);
	t.is(await readFile(file, 'utf8'), config);
});

story('a config that is there is overwritten only after a yes, and kept beside the new one', async (t) => {
	const {simulator, file, apply} = await prepare(t);
	await writeFile(file, 'url = "https://old.example.com"\n');
	await chmod(file, 0o644);
	const before = rulesOf(simulator.world);
	const no = await apply([['[y/N] ', 'n\n']]);
	t.is(no.exitCode, 1);
	t.regex(no.stdout, /Nothing was changed\./);
	t.is(rulesOf(simulator.world), before);
	const yes = await apply([['[y/N] ', 'y\n'], vouch, password]);
	t.is(yes.exitCode, 0, yes.stdout);
	t.is(await readFile(`${file}.old`, 'utf8'), 'url = "https://old.example.com"\n');
	t.deepEqual([(await stat(file)).mode & 0o777, (await stat(`${file}.old`)).mode & 0o777], [0o600, 0o600]);
});

story('a token whose secret is lost is made anew only after a yes', async (t) => {
	const {simulator, file, apply} = await prepare(t);
	await apply([vouch, password]);
	const tokens = simulator.world.access.tokens;
	const old = tokens['garm@pve!provider']?.secret;
	await rm(file);
	const no = await apply([vouch, password, ['Make it anew?', 'n\n']]);
	t.is(no.exitCode, 1, no.stdout);
	t.is(tokens['garm@pve!provider']?.secret, old);
	const yes = await apply([vouch, password, ['Make it anew?', 'y\n']]);
	t.is(yes.exitCode, 0, yes.stdout);
	t.not(tokens['garm@pve!provider']?.secret, old);
});

story('a wrong password, a second factor, a certificate that is not the one and Ctrl-C change nothing', async (t) => {
	const {simulator, file, apply} = await prepare(t);
	const before = rulesOf(simulator.world);
	const outcomes: readonly (readonly [Typing, RegExp])[] = [
		[[vouch, ['not kept): ', 'wrong\n']], /Unable to log in as root@pam: PVE takes no such user with that password/],
		[[['Is it the same? [y/N] ', 'n\n']], /Nothing was changed\./],
		[[vouch, ['not kept): ', 'simul\u0003']], /Interrupted/],
	];
	for (const [typing, says] of outcomes) {
		const {exitCode, stdout} = await apply(typing);
		t.is(exitCode, 1, stdout);
		t.regex(stdout, says);
	}
	t.is(rulesOf(simulator.world), before);
	simulator.world.access.users['root@pam'] = {enabled: true, password: rootPassword, tfa: true};
	t.regex((await apply([vouch, password])).stdout, /it has a second factor/);
	await t.throwsAsync(stat(file));
});

story('what is missing on the cluster is told before anything is changed', async (t) => {
	const {simulator, apply} = await prepare(t);
	const before = rulesOf(simulator.world);
	const {exitCode, stdout} = await apply([vouch, password], '--template', '9999', '--disk-storage', 'ssd');
	t.is(exitCode, 1);
	t.regex(stdout, /for 2 reasons: \(1\) there is no VM 9999 for a template\. \(2\) there is no storage ssd for disks/);
	t.is(rulesOf(simulator.world), before);
});

story('a removal shows what it takes, asks, and gives back the cluster as it was', async (t) => {
	const {simulator, options, apply} = await prepare(t);
	const before = rulesOf(simulator.world);
	await apply([vouch, password]);
	const after = rulesOf(simulator.world);
	const remove = (...typing: Typing) => runAtTerminal([...options, '--remove'], typing);
	const no = await remove(password, ['Do it? [y/N] ', '\n']);
	t.is(no.exitCode, 1);
	t.regex(no.stdout, /pveum user delete garm@pve/);
	t.is(rulesOf(simulator.world), after);
	const yes = await remove(password, ['Do it? [y/N] ', 'yes\n']);
	t.is(yes.exitCode, 0, yes.stdout);
	t.is(rulesOf(simulator.world), before);
});

story('a removal with --yes asks for the password only; what is gone already is no failure', async (t) => {
	const {simulator, options, apply} = await prepare(t);
	const before = rulesOf(simulator.world);
	await apply([vouch, password]);
	const remove = () =>
		runAtTerminal(
			[...options, '--remove', '--yes', '--url', simulator.url, '--fingerprint', simulator.fingerprint],
			[password],
		);
	t.is((await remove()).exitCode, 0);
	t.is(rulesOf(simulator.world), before);
	const again = await remove();
	t.is(again.exitCode, 0, again.stdout);
	t.regex(again.stdout, /Nothing of the set-up is there\./);
});

story('nothing is removed while runners are left', async (t) => {
	const {simulator, options, apply} = await prepare(t);
	await apply([vouch, password]);
	simulator.world.pools.garm?.vms.push(102);
	const after = rulesOf(simulator.world);
	const {exitCode, stdout} = await runAtTerminal([...options, '--remove', '--yes'], [password]);
	t.is(exitCode, 1);
	t.regex(stdout, /pool garm still has a VM \(102\)/);
	t.is(rulesOf(simulator.world), after);
});

test('without --apply the lines for root are printed, and nobody is asked anything', async (t) => {
	const {exitCode, stdout, stderr} = await runOperatorProcess(['setup', ...seeds, '--pve', '8']);
	t.deepEqual([exitCode, stderr], [0, '']);
	t.regex(stdout, /^pveum role add GarmRunner --privs ".* VM\.Monitor .*"$/m);
	t.regex(stdout, /^pvesm add dir garm-seeds --path \/var\/lib\/garm-seeds --content iso$/m);
	const removal = await runOperatorProcess(['setup', ...seeds, '--remove']);
	t.is(removal.exitCode, 0);
	t.regex(removal.stdout, /^pveum user token remove garm@pve provider$/m);
});

test('without a terminal nobody can be asked for a password, and nothing is done', async (t) => {
	const {exitCode, stdout, stderr} = await runOperatorProcess(['setup', '--apply', '--url', 'https://127.0.0.1:1']);
	t.deepEqual([exitCode, stdout], [1, '']);
	t.regex(stderr, /there is no terminal/);
});

test('a name that a shell would take for more than a name is refused', async (t) => {
	const {exitCode, stderr} = await runOperatorProcess([
		'setup',
		'--pool',
		'$(id)',
		'--user',
		'root@pam',
		'--bridge',
		'a b',
	]);
	t.is(exitCode, 1);
	t.regex(stderr, /for 3 reasons: \(1\) --pool .* \(2\) --bridge .* \(3\) --user must not be root@pam/);
});
