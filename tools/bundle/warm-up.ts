import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {systemClock} from '../../lib/time/clock.ts';
import type {Provider} from '../provider.ts';
import {providerConfig} from '../simulator/cli.ts';
import {startSimulator} from '../simulator/index.ts';

const bootstraps = ['linux-jit.json', 'windows-jit.json'];

/** Lets the provider serve what it mostly serves, against a simulated cluster. Throws where it fails. */
export async function warmUp(provider: Provider): Promise<void> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-build-'));
	const simulator = await startSimulator({pace: 'instant'});
	try {
		const configFile = path.join(folder, 'proxmox.toml');
		await writeFile(configFile, providerConfig(simulator), {mode: 0o600});
		const ask = (command: string, variables: Readonly<Record<string, string>>, input = '') =>
			serve(provider, {...common, GARM_COMMAND: command, GARM_PROVIDER_CONFIG_FILE: configFile, ...variables}, input);
		for (const file of bootstraps) {
			const input = await readFile(new URL(`../../../tools/demo/bootstrap/${file}`, import.meta.url), 'utf8');
			const {name} = JSON.parse(input) as {readonly name: string};
			await ask('CreateInstance', {}, input);
			await ask('GetInstance', {GARM_INSTANCE_ID: name});
			await ask('ListInstances', {});
			await ask('DeleteInstance', {GARM_INSTANCE_ID: name});
		}
	} finally {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	}
}

const common = {
	GARM_CONTROLLER_ID: 'f9286791-1589-4f39-a106-5b68c2a18af4',
	GARM_POOL_ID: '9dcf590a-1192-4a9c-b3e4-e0902974c2c0',
	GARM_INTERFACE_VERSION: 'v0.1.0',
};

async function serve({runProvider}: Provider, env: Readonly<Record<string, string>>, input: string): Promise<void> {
	let told = '';
	const exitCode = await runProvider({
		env,
		readInput: async () => input,
		writeOut: () => undefined,
		writeError: (text) => {
			told += text;
		},
		clock: systemClock,
		random: Math.random,
	});
	if (exitCode !== 0) throw new Error(`The bundled provider failed at ${env.GARM_COMMAND}: ${told}`);
}
