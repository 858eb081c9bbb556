import test, {type ExecutionContext} from 'ava';
import {renderInstallScript} from '../../lib/seed/install.ts';
import type {SeedInput} from '../../lib/seed/view.ts';
import {bytesOf} from '../helper/a-seed.ts';
import {skipWithout} from '../helper/tools.ts';
import {type Ending, type Guest, guestTools, layRunner, secrets, startGuest} from './guest.ts';

/** A guest with a GARM of its own; skipped where the scripts' own tools are missing. */
const inGuest = test.macro(async (t: ExecutionContext, work: (t: ExecutionContext, guest: Guest) => Promise<void>) => {
	if (skipWithout(t, ...guestTools)) return;
	const guest = await startGuest();
	try {
		await work(t, guest);
	} finally {
		await guest.close();
	}
});

const install = (guest: Guest, changes: Partial<SeedInput> = {}): Promise<Ending> =>
	guest.run('bash', renderInstallScript(guest.input(changes)));

const hasSecret = (text: string): boolean => Object.values(secrets).some((secret) => text.includes(secret));

async function leavesNoToken(t: ExecutionContext, guest: Guest, {output}: Ending, ...except: readonly string[]) {
	t.false(hasSecret(output), 'a token is in the output');
	t.deepEqual(await guest.leaks(...except), []);
	t.false(hasSecret(await guest.calls()), "a token is in a program's arguments");
}

test(
	'with a registration token GARM hears of every step, and the runner is registered with its labels and group',
	inGuest,
	async (t, guest) => {
		const ending = await install(guest, {runnerGroup: "the 'builders'", labels: ['linux', 'a b']});
		t.is(ending.exitCode, 0, ending.output);
		t.deepEqual(guest.garm.statuses(), [
			`installing: downloading tools from ${guest.garm.url}/tools/runner.tar.gz`,
			'installing: extracting runner',
			'installing: installing dependencies',
			'installing: configuring runner',
			'installing: runner successfully configured after 1 attempt(s)',
			'installing: installing runner service',
			'installing: enabling runner service',
			'installing: starting service',
			'idle: runner successfully installed',
		]);
		const {body: idle = ''} = guest.garm.heard.at(-1) ?? {};
		t.deepEqual(JSON.parse(idle), {status: 'idle', message: 'runner successfully installed', agent_id: 7});
		t.deepEqual((await guest.read('home/arguments')).trimEnd().split('\n'), [
			...['--unattended', '--ephemeral', '--url', 'https://github.com/example-org/example-repo'],
			...['--name', 'garm-ny9heeqyw2rl', '--labels', 'linux,a b', '--no-default-labels'],
			...['--runnergroup', "the 'builders'"],
		]);
		t.is(await guest.read('home/dependencies'), 'installed\n');
		const systemInfo = guest.garm.heard.find(({path}) => path === '/callbacks/system-info/');
		t.is((JSON.parse(systemInfo?.body ?? '{}') as {agent_id: number}).agent_id, 7);
		const asked = guest.garm.heard.filter(({path}) => !path.startsWith('/tools/'));
		t.deepEqual([...new Set(asked.map(({authorization}) => authorization))], [`Bearer ${secrets.instance}`]);
		await leavesNoToken(t, guest, ending);
	},
);

test('with a just-in-time config the credentials, the unit and .path are laid', inGuest, async (t, guest) => {
	const unit = '/metadata/systemd/unit-file?runAsUser=';
	const ending = await installWithUnit(guest, unit);
	t.is(ending.exitCode, 0, ending.output);
	t.deepEqual(guest.garm.statuses().slice(3), [
		'installing: configuring runner',
		'installing: downloading JIT credentials',
		'installing: generating systemd unit file',
		'installing: enabling runner service',
		'installing: starting service',
		'idle: runner successfully installed',
	]);
	const service = 'actions.runner.example-org.garm-ny9heeqyw2rl.service';
	t.is(await guest.read(`etc/systemd/system/${service}`), '[Service]\n');
	t.is(await guest.read('home/actions-runner/.service'), `${service}\n`);
	t.is(await guest.read('home/actions-runner/.credentials'), '{"scheme":"OAuth"}');
	t.regex(await guest.read('home/actions-runner/.path'), /\/usr\/bin/);
	t.true((await guest.calls()).includes(`systemctl start ${service}`));
	const {body: idle = ''} = guest.garm.heard.at(-1) ?? {};
	t.is((JSON.parse(idle) as {agent_id: unknown}).agent_id, null);
	await leavesNoToken(t, guest, ending);
});

async function installWithUnit(guest: Guest, unit: string): Promise<Ending> {
	const {output} = await guest.run('sh', 'id -un');
	guest.garm.answer(unit + output.trim(), '[Service]\n');
	return install(guest, {jit: true});
}

test('a cached runner is used, and nothing is downloaded', inGuest, async (t, guest) => {
	await layRunner(guest);
	const ending = await install(guest);
	t.is(ending.exitCode, 0, ending.output);
	t.is(guest.garm.statuses()[0], `installing: using cached runner found in ${guest.folder}/home/actions-runner`);
	t.deepEqual(
		guest.garm.heard.filter(({path}) => path.startsWith('/tools/')),
		[],
	);
	await leavesNoToken(t, guest, ending);
});

test(
	'the download token goes to the download and nowhere else, even where every line is traced',
	inGuest,
	async (t, guest) => {
		const {tool} = guest.input();
		const ending = await install(guest, {tool: {...tool, token: secrets.download}, bootDebug: true});
		t.is(ending.exitCode, 0, ending.output);
		t.true(ending.output.includes('+ tell_status'));
		const downloads = guest.garm.heard.filter(({path}) => path.startsWith('/tools/'));
		t.deepEqual(
			downloads.map(({authorization}) => authorization),
			[`Bearer ${secrets.download}`],
		);
		await leavesNoToken(t, guest, ending);
	},
);

test('proxies are exported, and told to jobs', inGuest, async (t, guest) => {
	const none = '127.0.0.1,localhost,10.0.0.0/8';
	const ending = await install(guest, {
		proxy: {http: 'http://proxy.lan:3128', https: 'http://u:p%40@proxy.lan:3128', none},
	});
	t.is(ending.exitCode, 0, ending.output);
	t.deepEqual((await guest.read('home/actions-runner/.env')).trimEnd().split('\n'), [
		...['http_proxy=http://proxy.lan:3128', 'HTTP_PROXY=http://proxy.lan:3128'],
		...['https_proxy=http://u:p%40@proxy.lan:3128', 'HTTPS_PROXY=http://u:p%40@proxy.lan:3128'],
		...[`no_proxy=${none}`, `NO_PROXY=${none}`],
	]);
});

test('a wrong checksum is told with both sums, and nothing is unpacked', inGuest, async (t, guest) => {
	const {tool} = guest.input();
	const ending = await install(guest, {tool: {...tool, sha256: 'ab'.repeat(32)}});
	t.is(ending.exitCode, 1);
	t.is(
		guest.garm.statuses().at(-1),
		`failed: failed to download tools: the checksum is ${tool.sha256}, not ${'ab'.repeat(32)} as GARM says`,
	);
	await t.throwsAsync(guest.read('home/actions-runner/config.sh'));
	await leavesNoToken(t, guest, ending, 'install_runner.sh');
});

test('a download that is not there is told with the reason', inGuest, async (t, guest) => {
	const {tool} = guest.input();
	const ending = await install(guest, {tool: {...tool, downloadUrl: `${guest.garm.url}/tools/gone.tar.gz`}});
	t.is(ending.exitCode, 1);
	t.regex(guest.garm.statuses().at(-1) ?? '', /^failed: failed to download tools: .*404$/);
	await leavesNoToken(t, guest, ending, 'install_runner.sh');
});

test(
	'a registration that is refused is tried five times, and told with what config.sh said',
	inGuest,
	async (t, guest) => {
		await guest.write('home/refused', '');
		const ending = await install(guest);
		t.is(ending.exitCode, 1);
		const told = guest.garm.statuses();
		t.is(told.filter((each) => each.startsWith('installing: failed to configure runner (attempt ')).length, 4);
		t.is(told.at(-1), 'failed: failed to configure runner: Http response code: NotFound from the forge');
		t.is((await guest.read('home/arguments')).split('\n').filter((word) => word === 'remove').length, 5);
		await leavesNoToken(t, guest, ending, 'install_runner.sh');
	},
);

test('metadata that GARM does not give is told with its name', inGuest, async (t, guest) => {
	guest.garm.answer('/metadata/credentials/credentials', undefined);
	const ending = await install(guest, {jit: true});
	t.is(ending.exitCode, 1);
	t.regex(
		guest.garm.statuses().at(-1) ?? '',
		/^failed: failed to fetch credentials\/credentials from the metadata URL: .*404/,
	);
	await leavesNoToken(t, guest, ending, 'install_runner.sh');
});

test('a service that does not start is told as failed, never as idle', inGuest, async (t, guest) => {
	await guest.write('fails/systemctl-start', '');
	const ending = await install(guest);
	t.is(ending.exitCode, 1);
	t.deepEqual(guest.garm.statuses().slice(-2), [
		'installing: starting service',
		'failed: failed to start service: Job for actions.runner.x.service failed.',
	]);
	await leavesNoToken(t, guest, ending);
});

test('a script that dies where nobody expected it tells the line, the code and the step', inGuest, async (t, guest) => {
	await layRunner(guest);
	await guest.write('bin/cat', '#!/bin/sh\nexit 42\n', 0o755);
	const ending = await install(guest);
	t.is(ending.exitCode, 1);
	t.regex(
		guest.garm.statuses().at(-1) ?? '',
		/^failed: the install script stopped unexpectedly at line \d+, exit code 42, after: using cached runner found in /,
	);
	await leavesNoToken(t, guest, ending, 'install_runner.sh');
});

test(
	'a first boot runs the pre-install scripts in the order of their names, and leaves nothing behind',
	inGuest,
	async (t, guest) => {
		await layRunner(guest);
		const say = (word: string, code = 0) =>
			bytesOf(`#!/bin/sh\necho ${word} >>'${guest.folder}/order'\nexit ${code}\n`);
		const ending = await guest.boot(
			guest.input({
				preInstallScripts: {'10-second one.sh': say('second', 3), '00-first': say('first'), '9-third': say('third')},
			}),
		);
		t.is(ending.exitCode, 0, ending.output);
		t.is(await guest.read('order'), 'first\nsecond\nthird\n');
		t.is(guest.garm.statuses()[0], 'installing: pre-install script 10-second one.sh ended with exit code 3');
		t.is(guest.garm.statuses().at(-1), 'idle: runner successfully installed');
		for (const gone of ['garm-pre-install/00-first', 'install_runner.sh', 'garm-tell.sh']) {
			await t.throwsAsync(guest.read(gone), undefined, gone);
		}
		t.true((await guest.read('var/log/garm-install.log')).includes('idle: runner successfully installed'));
		t.is(ending.output, '');
		await leavesNoToken(t, guest, ending);
	},
);

test('where the user cannot be become, GARM hears why', inGuest, async (t, guest) => {
	await guest.write('fails/su', '');
	await guest.boot(guest.input());
	t.deepEqual(guest.garm.statuses(), [
		'failed: the install script cannot be run as user runner: su: user runner does not exist',
	]);
	t.deepEqual(await guest.leaks(), []);
});

test(
	"where a pool's own script is killed, GARM hears it; where it ends by itself, its own word stands",
	inGuest,
	async (t, guest) => {
		await guest.boot(guest.input({installTemplate: '#!/bin/bash\nkill -9 $$\n'}));
		t.deepEqual(guest.garm.statuses(), ['failed: the install script could not be run, or was killed: exit code 137']);
		await guest.boot(guest.input({installTemplate: '#!/bin/bash\nexit 1\n'}));
		t.is(guest.garm.statuses().length, 1);
		await guest.boot(guest.input({installTemplate: '#!/no/such/interpreter\n'}));
		t.regex(guest.garm.statuses().at(-1) ?? '', /could not be run, or was killed: exit code 12[67]$/);
	},
);

test("a pool's script that traces its token leaves it in root's log alone", inGuest, async (t, guest) => {
	const wrapper = '#!/bin/bash\nset -ex\nBEARER_TOKEN="{{ .CallbackToken }}"\ntrue "$BEARER_TOKEN"\n';
	const ending = await guest.boot(guest.input({installTemplate: wrapper}));
	t.is(ending.output, '');
	t.deepEqual(await guest.leaks(), ['var/log/garm-install.log']);
	t.is(await guest.mode('var/log/garm-install.log'), 0o600);
});
