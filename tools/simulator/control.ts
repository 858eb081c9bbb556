import type {IncomingMessage} from 'node:http';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Fault} from './fault-script.ts';
import type {Simulator} from './index.ts';
import type {NodeState} from './world.ts';

/** The plain-HTTP port through which another process looks into the simulator and scripts its faults. */
export interface ControlServer {
	readonly url: string;
	readonly close: () => Promise<void>;
}

type Command = (simulator: Simulator, body: unknown) => unknown;

const states: readonly NodeState[] = [
	...(['online', 'api-down', 'api-hanging', 'daemon-down', 'daemon-hanging'] as const),
	...(['dead', 'maintenance', 'no-quorum'] as const),
];

const commands: Readonly<Record<string, Command>> = {
	'GET /world': ({snapshot, requests, tokens}) => ({...snapshot(), requests, tokens}),
	'POST /faults': ({faults}, body) => {
		faults.add(...(Array.isArray(body) ? (body as Fault[]) : [body as Fault]));
		return null;
	},
	'DELETE /faults': ({faults}) => {
		faults.clear();
		return null;
	},
	'POST /node': async ({setNode}, body) => {
		const {node, state} = body as {node: string; state: NodeState};
		if (!states.includes(state)) throw new TypeError(`no such state: ${state}`);
		await setNode(node, state);
		return null;
	},
	'POST /kill-worker': ({killWorker}, body) => ({killed: killWorker((body as {upid: string}).upid)}),
	'POST /migrate': ({migrate}, body) => {
		const {vmid, node} = body as {vmid: number; node: string};
		migrate(Number(vmid), node);
		return null;
	},
	'POST /vm': ({world}, body) => {
		const {vmid, patch} = body as {vmid: number; patch: Record<string, unknown>};
		const guest = world.guests[vmid];
		if (guest === undefined) throw new TypeError(`no VM ${vmid} in this world`);
		const {config, ...rest} = patch as {config?: Record<string, string | null>};
		Object.assign(guest, rest);
		for (const [key, value] of Object.entries(config ?? {})) {
			if (value === null) delete guest.config[key];
			else guest.config[key] = value;
		}
		return guest;
	},
	'GET /settled': async ({settle}) => {
		await settle();
		return {settled: true};
	},
};

/** Starts the control port beside the simulated nodes. */
export async function startControl(simulator: Simulator, host: string): Promise<ControlServer> {
	const server = createServer((request, response) => {
		run(simulator, request).then(
			(answer) => {
				response.writeHead(200, {'Content-Type': 'application/json'});
				response.end(`${JSON.stringify(answer)}\n`);
			},
			(error: unknown) => {
				response.writeHead(error instanceof TypeError || error instanceof SyntaxError ? 400 : 500, {
					'Content-Type': 'application/json',
				});
				response.end(`${JSON.stringify({error: error instanceof Error ? error.message : String(error)})}\n`);
			},
		);
	});
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	return {
		url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

async function run(simulator: Simulator, request: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const text = Buffer.concat(chunks).toString('utf8');
	const command = commands[`${request.method} ${(request.url ?? '').split('?')[0]}`];
	if (command === undefined) throw new TypeError(`no such command: ${request.method} ${request.url}`);
	return await command(simulator, text === '' ? {} : JSON.parse(text));
}
