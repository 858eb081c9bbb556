import {type ChildProcess, spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import type {LoggedRequest, World} from '../simulator/index.ts';

/** A simulator in a process of its own: it and its clients do not share a thread. */
export interface SimulatorProcess {
	readonly url: string;
	readonly token: string;
	/** Everything on the cluster, and the requests since its start. */
	look(): Promise<World & {readonly requests: readonly LoggedRequest[]}>;
	/** Ends when no task runs. */
	settle(): Promise<void>;
	stop(): Promise<void>;
}

interface Ready {
	readonly url: string;
	readonly token_id: string;
	readonly token_secret: string;
	readonly control: string;
}

/** Starts one; its provider config is written to `configFile`. */
export async function startSimulatorProcess(
	world: string,
	pace: string,
	configFile: string,
): Promise<SimulatorProcess> {
	const program = fileURLToPath(new URL('../garm-proxmox.js', import.meta.url));
	const words = ['simulator', '--world', world, '--pace', pace, '--config-out', configFile];
	const child = spawn(process.execPath, [program, ...words], {stdio: ['ignore', 'pipe', 'inherit']});
	const {url, control, token_id: id, token_secret: secret} = await readyLine(child);
	const ask = async (command: string): Promise<unknown> => (await fetch(`${control}/${command}`)).json();
	return {
		url,
		token: `PVEAPIToken=${id}=${secret}`,
		look: async () => (await ask('world')) as World & {readonly requests: readonly LoggedRequest[]},
		settle: async () => void (await ask('settled')),
		stop: () =>
			new Promise((resolve) => {
				child.once('exit', () => resolve());
				child.kill('SIGTERM');
			}),
	};
}

async function readyLine({stdout}: ChildProcess): Promise<Ready> {
	let text = '';
	for await (const chunk of stdout ?? []) {
		text += String(chunk);
		if (text.includes('\n')) return JSON.parse(text) as Ready;
	}
	throw new Error('The simulator ended before it was ready.');
}
