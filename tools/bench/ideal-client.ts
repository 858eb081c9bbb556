import {Agent, request} from 'node:https';

/** What the ideal client does: the least that any client has to do. */
export interface IdealOrder {
	readonly url: string;
	readonly token: string;
	readonly node: string;
	readonly template: number;
	readonly pool: string;
	readonly firstVmid: number;
	readonly count: number;
	/** How many it works on at a time: a hundred clones at once only run into PVE's lock time-outs. */
	readonly width: number;
}

/** One process, warm connections, no seed, no look before: makes and starts, or stops and destroys. */
export interface IdealClient {
	create(): Promise<void>;
	remove(): Promise<void>;
	close(): void;
}

// Fast enough for no task to end long before its client knows, slow enough for the polls to be no load of their own.
const pollMs = 200;

type Send = (method: string, path: string, form?: Readonly<Record<string, string>>) => Promise<string>;

export function idealClient(order: IdealOrder): IdealClient {
	const {url, token, node, template, pool, firstVmid, count, width} = order;
	const agent = new Agent({keepAlive: true, maxSockets: 32, rejectUnauthorized: false});
	const send: Send = (method, path, form) => untilTaken(() => sendOnce(agent, url, token, method, path, form));
	const task = (method: string, path: string, form?: Readonly<Record<string, string>>) =>
		untilTaken(async () => {
			const upid = encodeURIComponent(await send(method, path, form));
			for (;;) {
				const {status, exitstatus = ''} = JSON.parse(
					await send('GET', `/nodes/${node}/tasks/${upid}/status`),
				) as TaskStatus;
				if (status === 'stopped' && !/^(?:OK|WARNINGS)/.test(exitstatus)) throw new Error(exitstatus);
				if (status === 'stopped') return;
				await new Promise((resolve) => setTimeout(resolve, pollMs));
			}
		});
	const vm = (vmid: number) => `/nodes/${node}/qemu/${vmid}`;
	const vmids = Array.from({length: count}, (_, n) => firstVmid + n);
	return {
		async create() {
			await inGroups(vmids, width, async (vmid) => {
				await task('POST', `${vm(template)}/clone`, {newid: String(vmid), name: `ideal-${vmid}`, pool, full: '0'});
				await send('PUT', `${vm(vmid)}/config`, {cores: '4', memory: '8192', onboot: '0', tags: 'ideal'});
				await task('POST', `${vm(vmid)}/status/start`);
			});
		},
		async remove() {
			await inGroups(vmids, width, async (vmid) => {
				await task('POST', `${vm(vmid)}/status/stop`);
				await task('DELETE', vm(vmid));
			});
		},
		close: () => agent.destroy(),
	};
}

interface TaskStatus {
	readonly status: string;
	readonly exitstatus?: string;
}

// Under load some forks fail, and some locks are not had in time (RESTEnvironment.pm, Storage.pm): nothing is done then.
async function untilTaken<Result>(work: () => Promise<Result>): Promise<Result> {
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!/got no worker upid|got timeout|got lock request timeout/.test(String(error))) throw error;
		}
	}
}

async function inGroups(vmids: readonly number[], size: number, work: (vmid: number) => Promise<void>): Promise<void> {
	const queue = vmids.values();
	const worker = async () => {
		for (const vmid of queue) await work(vmid);
	};
	await Promise.all(Array.from({length: size}, worker));
}

function sendOnce(
	agent: Agent,
	url: string,
	token: string,
	method: string,
	path: string,
	form?: Readonly<Record<string, string>>,
): Promise<string> {
	const body = form === undefined ? undefined : new URLSearchParams(form).toString();
	const headers = {
		Authorization: token,
		...(body === undefined
			? {}
			: {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body)}),
	};
	return new Promise((resolve, reject) => {
		const sent = request(`${url}/api2/json${path}`, {method, agent, headers}, (answer) => {
			const chunks: Buffer[] = [];
			answer.on('data', (chunk: Buffer) => chunks.push(chunk));
			answer.on('error', reject);
			answer.on('end', () => {
				if (answer.statusCode !== 200) return reject(new Error(`${method} ${path}: ${answer.statusMessage}`));
				const {data} = JSON.parse(Buffer.concat(chunks).toString()) as {readonly data: unknown};
				resolve(typeof data === 'string' ? data : JSON.stringify(data));
			});
		});
		sent.on('error', reject);
		sent.end(body);
	});
}
