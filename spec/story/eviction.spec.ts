import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {runProviderProcess} from '../../tools/demo/provider-process.ts';
import {providerConfig} from '../../tools/simulator/cli.ts';
import {startSimulator} from '../../tools/simulator/index.ts';
import type {Guest} from '../../tools/simulator/world.ts';

const pool = '9dcf590a-1192-4a9c-b3e4-e0902974c2c0';
const names = ['garm-a', 'garm-b', 'garm-c', 'garm-d', 'garm-e'];
const elevenMinutesMs = 660_000;

test('seeds of runners that run for long go with whatever is asked next, and nothing else changes', async (t) => {
	const simulator = await startSimulator();
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-eviction-'));
	t.teardown(async () => {
		await simulator.close();
		await rm(folder, {recursive: true});
	});
	const configFile = path.join(folder, 'proxmox.toml');
	await writeFile(configFile, providerConfig(simulator));
	const bootstrap = new URL('../../../tools/demo/bootstrap/linux-jit.json', import.meta.url);
	const request = JSON.parse(await readFile(bootstrap, 'utf8')) as Readonly<Record<string, unknown>>;
	const ask = async (command: string, input?: object) => {
		const answer = await runProviderProcess(
			{
				GARM_COMMAND: command,
				GARM_CONTROLLER_ID: 'f9286791-1589-4f39-a106-5b68c2a18af4',
				GARM_PROVIDER_CONFIG_FILE: configFile,
				GARM_POOL_ID: pool,
			},
			input === undefined ? '' : JSON.stringify(input),
		);
		t.like(answer, {exitCode: 0, stderr: ''});
		await simulator.settle();
		return JSON.parse(answer.stdout) as unknown;
	};
	const runners = (): readonly Guest[] =>
		Object.values(simulator.world.guests).filter(({config}) => names.includes(config.name ?? ''));
	const seeds = () => Object.values(simulator.world.volumes).filter(({volid}) => volid.includes('garm-seed-'));

	for (const name of names) await ask('CreateInstance', {...request, name});
	t.is(seeds().length, 5);
	await ask('ListInstances');
	t.is(seeds().length, 5, 'they have just started');

	for (const guest of runners()) guest.startedAt -= elevenMinutesMs;
	const before = runners().map(({config: {ide2: _seed, ...config}}) => config);
	// A list ends when it has its answer, and gives up what it has not evicted by then.
	for (let n = 0; n < 20 && seeds().length > 0; n++) await ask('ListInstances');
	t.deepEqual(seeds(), []);
	t.deepEqual(
		[...new Set(runners().map(({config, power}) => `${power} ${config.ide2}`))],
		['running none,media=cdrom'],
	);
	t.deepEqual(
		runners().map(({config: {ide2: _seed, ...config}}) => config),
		before,
	);
});
