import {readFileSync} from 'node:fs';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer, type Server} from 'node:https';
import type {AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {type FaultCode, isFault} from '../../lib/fault.ts';
import {createLogger} from '../../lib/log/logger.ts';
import {connectPve, type PveCluster, type PveOptions} from '../../lib/pve/connect.ts';
import type {Kind} from '../../lib/pve/kind.ts';
import {type Clock, systemClock} from '../../lib/time/clock.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';

/** What the scripted API does when its turn has come. */
type Reply = (response: ServerResponse) => void;

/** One expected request. A body is expected only where `form` or `body` says so. */
export interface Exchange {
	/** Method and path below /api2/json, with the query as it is sent. */
	readonly on: string;
	/** The exact keys and values of a form body. */
	readonly form?: Readonly<Record<string, string>>;
	/** Looks at any other body; what it gives is a complaint. */
	readonly body?: (text: string, contentType: string) => string | undefined;
	readonly reply: Reply;
}

export const token = {id: 'garm@pve!provider', secret: '5ec4e7aa-0000-4000-8000-feedfacecafe'};
export const knownFingerprint =
	'17:74:F7:8E:F8:D2:21:0E:AB:14:90:2B:32:53:BB:0C:C8:B5:A1:13:C0:9F:80:C7:DC:31:F2:DA:77:60:BE:96';

/** A key or certificate of spec/fixture/tls. */
export function readPem(name: string): string {
	return readFileSync(new URL(`../../../spec/fixture/tls/${name}.pem`, import.meta.url), 'utf8');
}

export const ok = (data: unknown, beside: Readonly<Record<string, unknown>> = {}) => json(200, 'OK', {data, ...beside});

/** A refusal as pve-http-server 5.2 and newer words it: in the reason phrase and in `message`. */
export function no(status: number, text: string, errors?: Readonly<Record<string, string>>): Reply {
	const [line = ''] = text.split('\n');
	return json(status, line, {data: null, message: `${text}\n`, ...(errors === undefined ? {} : {errors})});
}

/** A 59x, a 401, or any answer of an older pve-http-server: the reason phrase is all there is. */
export const bare = (status: number, reason: string) => page(status, reason, '', '');

export const page =
	(status: number, reason: string, text: string, type = 'text/html'): Reply =>
	(response) => {
		response.writeHead(status, reason, {
			'content-length': Buffer.byteLength(text),
			...(type && {'content-type': type}),
		});
		response.end(text);
	};

/** The connection breaks after the request was read. */
export const hangUp: Reply = (response) => response.socket?.destroy();

/** The connection breaks in the middle of the body. */
export const cut: Reply = (response) => {
	response.writeHead(200, 'OK', {'content-length': 1000, 'content-type': 'application/json;charset=UTF-8'});
	response.write('{"data":[{"type":"node",', () => response.socket?.destroy());
};

export const silence: Reply = () => {};

export const upid = (type: string, id: string | number = '', node = 'pve') =>
	`UPID:${node}:00001A0C:000364D7:6B04684E:${type}:${id}:${token.id}:`;

/** The look at a task; `exitStatus` absent while it runs. */
export function look(task: string, exitStatus?: string): Exchange {
	const node = task.split(':')[1];
	const told = exitStatus === undefined ? {status: 'running'} : {status: 'stopped', exitstatus: exitStatus};
	return {on: `GET /nodes/${node}/tasks/${encodeURIComponent(task)}/status`, reply: ok({upid: task, ...told})};
}

/** The reading of a task's whole log. */
export function readLog(task: string, lines: readonly string[]): Exchange {
	const node = task.split(':')[1];
	const rows = lines.map((t, index) => ({n: index + 1, t}));
	return {
		on: `GET /nodes/${node}/tasks/${encodeURIComponent(task)}/log?start=0&limit=50`,
		reply: ok(rows, {total: rows.length}),
	};
}

/** A clock whose sleeps end at once. */
export function fastClock(): Clock & {readonly slept: readonly number[]} {
	let now = Date.UTC(2026, 0, 1);
	const slept: number[] = [];
	return {
		slept,
		now: () => now,
		async sleep(ms) {
			slept.push(ms);
			now += ms;
		},
		after: systemClock.after,
	};
}

interface Scene {
	readonly cluster: PveCluster;
	readonly clock: ReturnType<typeof fastClock>;
	readonly logged: readonly string[];
}

/** Options of a client for the scripted API, `changes` on top. */
export function optionsFor(url: string, clock: Clock, changes: Partial<PveOptions> = {}): PveOptions {
	return {
		urls: [url],
		token,
		tls: {fingerprint: knownFingerprint},
		requestTimeoutMs: 60_000,
		deadline: deadlineIn(600_000, clock),
		clock,
		logger: createLogger('error', () => {}, clock.now),
		random: () => 0.5,
		...changes,
	};
}

/** Runs a spec against an API that expects exactly `script`, in that order. */
export const withScript = test.macro(
	async (
		t,
		script: readonly Exchange[],
		run: (t: ExecutionContext, scene: Scene) => Promise<void>,
		changes: Partial<PveOptions> = {},
	) => {
		const api = await serveScript(script);
		const clock = fastClock();
		const logged: string[] = [];
		const logger = createLogger('debug', (line) => logged.push(line), clock.now);
		const cluster = connectPve(optionsFor(api.url, clock, {logger, ...changes}));
		t.teardown(async () => {
			cluster.close();
			api.server.closeAllConnections();
			api.server.close();
		});
		await run(t, {cluster, clock, logged});
		t.deepEqual(api.complaints, []);
		t.deepEqual(api.waiting(), [], 'requests that never came');
		t.false(logged.join('').includes(token.secret), 'the secret is in the log');
	},
);

/** An API over TLS that expects exactly `script`. */
export async function serveScript(script: readonly Exchange[], identity = 'known') {
	const complaints: string[] = [];
	const queue = [...script];
	const server = createServer({key: readPem(`${identity}-key`), cert: readPem(`${identity}-cert`)});
	server.on('request', (request: IncomingMessage, response: ServerResponse) => {
		readBody(request).then((body) => {
			const expected = queue.shift();
			const came = `${request.method} ${request.url?.replace('/api2/json', '')}`;
			if (expected === undefined || expected.on !== came) {
				complaints.push(`came ${came}, expected ${expected?.on ?? 'nothing'}`);
				response.writeHead(418, 'unscripted').end();
				return;
			}
			complaints.push(...complaintsAbout(request, body, expected));
			expected.reply(response);
		}, complaints.push);
	});
	await listen(server);
	const {port} = server.address() as AddressInfo;
	return {server, complaints, url: `https://127.0.0.1:${port}`, waiting: () => queue.map(({on}) => on)};
}

/** Expects `work` to fail with a Fault of this code and kind; gives its message. */
export async function fails(t: ExecutionContext, work: Promise<unknown>, code: FaultCode, kind: Kind): Promise<string> {
	const error = await t.throwsAsync(work);
	if (!isFault(error)) throw error;
	t.deepEqual({code: error.code, kind: error.facts.kind}, {code, kind}, error.message);
	t.false(JSON.stringify([error.message, error.facts, String(error.cause)]).includes(token.secret));
	return error.message;
}

function* complaintsAbout(request: IncomingMessage, body: string, {on, form, body: check}: Exchange) {
	const {
		authorization,
		'content-type': type = '',
		'content-length': length,
		'transfer-encoding': coding,
	} = request.headers;
	if (authorization !== `PVEAPIToken=${token.id}=${token.secret}`) yield `${on}: no token`;
	if (coding !== undefined) yield `${on}: pveproxy takes no ${coding} body`;
	if (body !== '' && Number(length) !== Buffer.byteLength(body)) yield `${on}: wrong Content-Length`;
	if (check !== undefined) {
		const complaint = check(body, type);
		if (complaint !== undefined) yield `${on}: ${complaint}`;
		return;
	}
	const came = JSON.stringify(Object.fromEntries([...new URLSearchParams(body)].sort()));
	const wanted = JSON.stringify(Object.fromEntries(Object.entries(form ?? {}).sort()));
	if (came !== wanted) yield `${on}: the form is ${came}, expected ${wanted}`;
	if (body !== '' && type !== 'application/x-www-form-urlencoded') yield `${on}: content type ${type}`;
}

function json(status: number, reason: string, body: unknown): Reply {
	return page(status, reason, JSON.stringify(body), 'application/json;charset=UTF-8');
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('latin1');
}

function listen(server: Server): Promise<void> {
	return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
