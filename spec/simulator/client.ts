import {Agent, type RequestOptions, request} from 'node:https';
import type {ExecutionContext} from 'ava';
import type {ManualClock} from '../../tools/simulator/clock.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../tools/simulator/index.ts';

export interface Reply {
	/** 0 where the connection ended without an answer. */
	readonly status: number;
	readonly reason: string;
	readonly text: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** The body as JSON, or the text. */
	readonly body: unknown;
	// biome-ignore lint/suspicious/noExplicitAny: answers are asserted as a whole or key by key
	readonly data: any;
	readonly errors: Readonly<Record<string, string>> | undefined;
}

export interface Extra {
	/** A token id, `none`, or a whole Authorization header. Default: the full token. */
	readonly as?: string;
	readonly secret?: string;
	readonly headers?: Readonly<Record<string, string | number>>;
	readonly raw?: string | Buffer;
	/** Which node's port is asked; the first by default. */
	readonly via?: number;
	readonly prefix?: string;
}

export const full = 'root@pam!full';
export const runner = 'garm@pve!runner';

/** A small client that hides nothing of an answer. */
export class Client {
	readonly simulator: Simulator;
	readonly #agent: Agent;

	constructor(simulator: Simulator) {
		this.simulator = simulator;
		this.#agent = new Agent({keepAlive: true, ca: simulator.certificatePem});
	}

	/** One request; a form's values are percent-encoded. */
	send(
		method: string,
		path: string,
		form?: Readonly<Record<string, string | number>>,
		extra: Extra = {},
	): Promise<Reply> {
		const {simulator} = this;
		const as = extra.as ?? full;
		const token = `PVEAPIToken=${as}=${extra.secret ?? simulator.tokens[as] ?? ''}`;
		const body =
			extra.raw ??
			(form &&
				new URLSearchParams(
					Object.entries(form).map(([key, value]): [string, string] => [key, String(value)]),
				).toString());
		const options: RequestOptions = {
			method,
			agent: this.#agent,
			headers: {
				...(as === 'none' ? {} : {Authorization: as.includes(' ') || as.startsWith('PVE') ? as : token}),
				...(body === undefined
					? {}
					: {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body)}),
				...extra.headers,
			},
		};
		return new Promise((resolve) => {
			const broken = (error: Error): void => resolve(reply(0, error.message, '', {}));
			const url = `${simulator.urls[extra.via ?? 0]}${extra.prefix ?? '/api2/json'}${path}`;
			const sent = request(url, options, (answer) => {
				let text = '';
				answer.on('data', (chunk: Buffer) => {
					text += chunk.toString('utf8');
				});
				answer.on('error', broken);
				answer.on('end', () =>
					resolve(reply(answer.statusCode ?? 0, answer.statusMessage ?? '', text, answer.headers)),
				);
			});
			sent.on('error', broken);
			sent.end(body);
		});
	}

	/** Waits for a task and gives its exit status; a refusal gives its reason phrase. */
	async outcome(answer: Reply | Promise<Reply>, via = 0): Promise<string> {
		const {status, reason, data} = await answer;
		if (status !== 200 || data === null) return reason;
		const upid = String(data);
		const node = upid.split(':')[1];
		for (;;) {
			const {data: task} = await this.send(
				'GET',
				`/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`,
				undefined,
				{via},
			);
			if (task?.status === 'stopped') return task.exitstatus;
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
	}

	/** The lines of a task's log. */
	async log(upid: string): Promise<readonly string[]> {
		const node = upid.split(':')[1];
		const {data} = await this.send('GET', `/nodes/${node}/tasks/${encodeURIComponent(upid)}/log?limit=0`);
		return (data as readonly {t: string}[]).map(({t}) => t);
	}

	/** Uploads a file the way PVE wants it: fields first, the file last. */
	upload(
		node: string,
		storage: string,
		filename: string,
		data: Buffer,
		extra: Extra & {readonly fields?: string[][]} = {},
	): Promise<Reply> {
		const fields = extra.fields ?? [['content', 'iso']];
		const parts = fields.map(([name, value]) => part(`form-data; name="${name}"`, Buffer.from(value ?? '')));
		const file = part(`form-data; name="filename"; filename="${filename}"`, data);
		const raw = Buffer.concat([...parts, file, Buffer.from('--b--\r\n')]);
		const headers = {'Content-Type': 'multipart/form-data; boundary=b', ...extra.headers};
		return this.send('POST', `/nodes/${node}/storage/${storage}/upload`, undefined, {...extra, raw, headers});
	}

	close(): void {
		this.#agent.destroy();
	}
}

const part = (disposition: string, data: Buffer): Buffer =>
	Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: ${disposition}\r\n\r\n`), data, Buffer.from('\r\n')]);

function reply(status: number, reason: string, text: string, headers: Reply['headers']): Reply {
	let body: unknown = text;
	try {
		body = JSON.parse(text);
	} catch {
		// Not everything PVE says is JSON.
	}
	const {data, errors} = (typeof body === 'object' && body !== null ? body : {}) as Reply;
	return {status, reason, text, headers, body, data, errors};
}

/** Makes full clones of a volume last: 4 ms for each GiB under the instant pace. */
export function enlarge({world}: Simulator, volume: string, gib: number): void {
	Object.assign(world.volumes[volume] ?? {}, {size: gib * 1024 ** 3});
}

/**
 * Waits for something while a manual clock runs: slowly at first, so that a request in flight costs little simulated
 * time, then faster and faster, so that a timeout of ten seconds comes soon.
 */
export async function timely<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
	let ended = false;
	const end = (): void => {
		ended = true;
	};
	promise.then(end, end);
	for (let round = 0, stepMs = 10; !ended; round++) {
		await new Promise((resolve) => setTimeout(resolve, 1));
		await clock.advance(stepMs);
		if (round > 20) stepMs *= 1.15;
	}
	return await promise;
}

/** Runs a spec against a simulator of its own. */
export function simulated(
	options: SimulatorOptions,
	run: (t: ExecutionContext, client: Client, simulator: Simulator) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const simulator = await startSimulator(options);
		const client = new Client(simulator);
		try {
			await run(t, client, simulator);
		} finally {
			client.close();
			await simulator.close();
		}
	};
}
