import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Caller} from '../access.ts';
import type {Call, Twist} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import type {Effect, FaultScript} from '../fault-script.ts';
import {setNodeState} from '../node-state.ts';
import {Refusal, texts} from '../refusal.ts';
import type {LoggedRequest} from '../request-log.ts';
import {masked} from '../request-log.ts';
import type {Found} from '../routes.ts';
import {findRoute, schemaOf} from '../routes.ts';
import {allRows} from '../rule/resources.ts';
import type {Parameters, RawParameters} from '../schema/verify.ts';
import {verify} from '../schema/verify.ts';
import type {Answer} from './answer.ts';
import {refused, success, write, writeHalf} from './answer.ts';
import {authenticate} from './authenticate.ts';
import {checkHead, decodeBody, readBody} from './body.ts';
import {decodeForm} from './form.ts';
import type {Upload} from './multipart.ts';
import {decodeMultipart} from './multipart.ts';

/** Called before a request acts, and after it has acted and before it is answered. */
export type RequestHook = (n: number, phase: 'before' | 'after', request: LoggedRequest) => void | Promise<void>;

/** What all requests share. */
export interface Proxy {
	readonly dc: Datacenter;
	readonly faults: FaultScript;
	readonly requests: LoggedRequest[];
	readonly hooks: Set<RequestHook>;
	/** Polls that still answer `no such task`, by UPID. */
	readonly unknownPolls: Map<string, number>;
}

interface Asked {
	readonly method: string;
	readonly path: string;
	readonly entry: string;
	readonly found: Found | undefined;
	readonly query: RawParameters;
	readonly body: RawParameters;
	readonly upload?: Upload;
	readonly caller?: Caller;
	/** Set where the request is refused before it reaches a rule. */
	readonly refusal?: unknown;
}

/** Thrown to end the connection without an answer, or in the middle of one. */
class Broken extends Error {
	override readonly name = 'Broken';
	readonly partial: Answer | undefined;

	constructor(message: string, partial?: Answer) {
		super(message);
		this.partial = partial;
	}
}

const uploadSilenceMs = 5000;

/** Handles one request that reached a node. */
export async function handle(
	proxy: Proxy,
	entry: string,
	request: IncomingMessage,
	response: ServerResponse,
	last: boolean,
): Promise<void> {
	const started = performance.now();
	const asked = await read(proxy, entry, request);
	const logged = log(proxy, asked);
	try {
		const answer = await answerTo(proxy, asked, logged);
		if (answer.delayMs !== undefined && answer.delayMs > 0) await proxy.dc.clock.sleep(answer.delayMs);
		logged.status = answer.status;
		write(response, answer, last);
	} catch (error) {
		logged.status = -1;
		if (!(error instanceof Broken)) {
			write(response, refused(error), true);
			throw error;
		}
		if (error.partial === undefined) request.socket.destroy();
		else writeHalf(response, error.partial);
	} finally {
		logged.ms = Math.round(performance.now() - started);
	}
}

/** Reads a request. An upload that is refused is not read to its end. */
async function read({dc}: Proxy, entry: string, request: IncomingMessage): Promise<Asked> {
	const url = request.url ?? '/';
	const [rawPath = '/', rawQuery = ''] = [url.split('?')[0] ?? '/', url.split('?').slice(1).join('?')];
	const method = request.method ?? '';
	const path = rawPath.replace(/^\/api2\/json/, '') || '/';
	const found = findRoute(method, path);
	const asked = {method, path, entry, found, query: decodeForm(rawQuery), body: {}};
	try {
		if (!rawPath.startsWith('/api2/json')) throw texts.noFormatter(rawPath.replace(/^\/api2\/(\w+)(.*)$/, '$2, $1'));
		checkHead(request);
		const caller = authenticate(dc.world, request.headers);
		if (found?.route.operation === 'upload') return {...(await readUpload(dc, asked, caller, request)), caller};
		const body = await readBody(request, true);
		return {...asked, caller, body: decodeBody(body, request.headers['content-type'])};
	} catch (error) {
		request.resume();
		return {...asked, refusal: error};
	}
}

async function readUpload(dc: Datacenter, asked: Asked, caller: Caller, request: IncomingMessage): Promise<Asked> {
	const parameters = single({...asked.query, ...asked.found?.names});
	asked.found?.route.permission?.({dc, caller, parameters, node: asked.entry});
	const type = request.headers['content-type'] ?? '';
	if (!type.startsWith('multipart/form-data')) {
		await dc.clock.sleep(uploadSilenceMs);
		throw new Broken('not multipart');
	}
	const {fields, upload} = decodeMultipart(await readBody(request, false), type);
	const filename = upload === undefined ? {} : {filename: upload.filename};
	return {...asked, body: {...fields, ...filename}, ...(upload === undefined ? {} : {upload})};
}

const single = (raw: RawParameters): Parameters =>
	Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, typeof value === 'string' ? value : 'ARRAY']));

const targetOf = ({entry, found}: Asked): string => {
	const node = found?.names.node;
	return node === undefined || node === 'localhost' ? entry : node;
};

const keptRequests = 50_000;

function log({dc, requests}: Proxy, asked: Asked): LoggedRequest {
	const logged: LoggedRequest = {
		n: (requests.at(-1)?.n ?? 0) + 1,
		at: dc.clock.now(),
		method: asked.method,
		path: asked.path,
		operation: asked.found?.route.operation ?? 'unknown',
		query: masked(asked.query),
		form: masked(asked.body),
		status: 0,
		node: targetOf(asked),
		ms: 0,
	};
	requests.push(logged);
	if (requests.length > keptRequests) requests.shift();
	return logged;
}

async function answerTo(proxy: Proxy, asked: Asked, logged: LoggedRequest): Promise<Answer> {
	const {dc, faults, hooks} = proxy;
	for (const hook of hooks) await hook(logged.n, 'before', logged);
	const {method, path, operation, node} = logged;
	const effects = faults.take({method, path, operation, node});
	const act = async (): Promise<Answer> => {
		const twist = prepare(proxy, asked, effects);
		const answer = await acted(proxy, asked, twist);
		for (const hook of hooks) await hook(logged.n, 'after', logged);
		return answer;
	};
	for (const effect of effects) if (effect.kind === 'delay') await dc.clock.sleep(effect.ms);
	const effect = effects.find(({kind}) => spoiling.has(kind));
	return effect === undefined ? await act() : await spoilt(dc, effect, act);
}

const spoiling = new Set<Effect['kind']>(['drop-answer', 'reset', 'reset-late', 'hang', 'answer', 'truncate']);

/** An answer that a fault replaces, cuts or withholds. */
async function spoilt(dc: Datacenter, effect: Effect, act: () => Promise<Answer>): Promise<Answer> {
	const later = (ms: number): void =>
		dc.tasks.track(
			new Promise<void>((resolve) => {
				dc.clock.after(ms, resolve);
			}).then(act),
		);
	switch (effect.kind) {
		case 'reset':
			throw new Broken('reset');
		case 'reset-late':
			later(effect.ms);
			throw new Broken('reset');
		case 'hang':
			return await new Promise<never>(() => undefined);
		case 'drop-answer':
			await act();
			throw new Broken('answer dropped');
		case 'truncate':
			throw new Broken('truncated', await act());
		case 'answer': {
			const {status, reason, body, contentType, act: when = 'none'} = effect;
			if (when === 'before') await act();
			else if (when !== 'none') later(when.afterMs);
			return {
				...{status, reason},
				...(body === undefined ? {} : {body}),
				...(contentType === undefined ? {} : {contentType}),
			};
		}
		default:
			return await act();
	}
}

/** What a fault changes in the world just before the act, and what it adds to the act. */
function prepare(
	{dc, unknownPolls}: Proxy,
	asked: Asked,
	effects: readonly Effect[],
): Twist & {onFork?: (upid: string) => void} {
	let twist: Twist & {onFork?: (upid: string) => void} = {};
	for (const effect of effects) {
		if (effect.kind === 'task') {
			const {exitstatus, log: lines, act: acts} = effect;
			twist = {...twist, task: {exitstatus, ...(lines && {log: lines}), ...(acts === undefined ? {} : {act: acts})}};
		}
		if (effect.kind === 'kill-worker') twist = {...twist, killAfterMs: effect.afterMs ?? 30};
		if (effect.kind === 'task-unknown') twist = {...twist, onFork: (upid) => unknownPolls.set(upid, effect.times)};
		if (effect.kind === 'take-vmid') twist = {...twist, ...taken(dc, asked, effect)};
		disturb(dc, effect);
	}
	return twist;
}

function taken(dc: Datacenter, asked: Asked, effect: Effect & {readonly kind: 'take-vmid'}): Twist {
	const vmid = Number(asked.body.newid ?? asked.body.vmid);
	const take = (): void => {
		const node = effect.node ?? targetOf(asked);
		const idle = {pending: {}, power: 'stopped', startedAt: 0, stoppedAt: 0, pid: 0} as const;
		dc.world.guests[vmid] ??= {
			...idle,
			pending: {},
			vmid,
			type: 'qemu',
			node,
			config: {name: 'somebody-else', memory: '512'},
		};
	};
	if (effect.when === 'post') take();
	return effect.when === 'post' ? {} : {beforeWork: take};
}

/** Puts the world out of order, and in order again where the fault has an end. */
function disturb(dc: Datacenter, effect: Effect): void {
	const {world, clock} = dc;
	if (effect.kind === 'stale-resources') {
		dc.frozenResources = allRows(dc);
		clock.after(effect.ms, () => {
			dc.frozenResources = undefined;
		});
	}
	if (effect.kind === 'storage-full') {
		const storage = world.storages[effect.storage];
		if (storage !== undefined) storage.full = true;
		if (effect.ms !== undefined && storage !== undefined)
			clock.after(effect.ms, () => Object.assign(storage, {full: false}));
	}
	if (effect.kind === 'lock') {
		const guest = world.guests[effect.vmid];
		if (guest === undefined) return;
		guest.config = {...guest.config, lock: effect.lock};
		if (effect.ms !== undefined) clock.after(effect.ms, () => delete guest.config.lock);
	}
	if (effect.kind === 'node') {
		const before = world.nodes[effect.node]?.state ?? 'online';
		setNodeState(dc, effect.node, effect.state);
		if (effect.ms !== undefined) clock.after(effect.ms, () => setNodeState(dc, effect.node, before));
	}
}

/** The answer of the cluster itself: head, route, privileges, proxying, parameters, rule. */
async function acted(
	proxy: Proxy,
	asked: Asked,
	{onFork, ...twist}: Twist & {onFork?: (upid: string) => void},
): Promise<Answer> {
	const {dc} = proxy;
	try {
		if (asked.refusal !== undefined) throw asked.refusal;
		if (asked.caller === undefined) throw texts.noTicket();
		if (asked.found === undefined) throw texts.notImplemented(asked.method, asked.path);
		const {route, names} = asked.found;
		const raw = {...asked.query, ...asked.body, ...names};
		const node = targetOf(asked);
		const caller = asked.caller;
		route.permission?.({dc, caller, parameters: single(raw), node});
		if (names.node !== undefined && dc.world.nodes[node] === undefined) throw texts.unknownNode(node);
		const run = async (): Promise<Answer> => {
			const parameters = verify(schemaOf(route), raw, dc.world.pveVersion);
			hidePoll(proxy, route.operation, parameters);
			const call: Call = {
				...{dc, node, entry: asked.entry, caller, parameters, twist},
				...(asked.upload === undefined ? {} : {upload: asked.upload}),
				...(onFork === undefined ? {} : {onFork}),
			};
			return success(await withWorker(dc, node, route, () => route.rule(call)));
		};
		// An upload stays on the node asked; everything else for another node is proxied.
		if (node === asked.entry || route.operation === 'upload') return await run();
		return await proxied(dc, node, run);
	} catch (error) {
		if (error instanceof Broken) throw error;
		return refused(error);
	}
}

/** A task that a fault hides answers `no such task` a few times. */
function hidePoll({unknownPolls}: Proxy, operation: string, {upid}: Parameters): void {
	if (operation !== 'task-status' || upid === undefined) return;
	const left = unknownPolls.get(upid) ?? 0;
	if (left === 0) return;
	unknownPolls.set(upid, left - 1);
	throw texts.noTask();
}

const loadMsPerTask = 25;
const loadedTasks = 8;

/** Runs a rule in one of pvedaemon's three workers where it needs root; the machine's load makes it slower. */
async function withWorker(dc: Datacenter, node: string, route: Found['route'], act: () => unknown): Promise<unknown> {
	const load = Math.min(dc.tasks.running(node), loadedTasks) * loadMsPerTask;
	if (route.daemon !== true) {
		await dc.clock.sleep(route.costMs);
		return await act();
	}
	const leave = await dc.daemon(node).enter();
	try {
		await dc.clock.sleep(route.costMs + (route.method === 'GET' ? load / 4 : load));
		return await act();
	} finally {
		leave();
	}
}

const proxyMs = 8;
const unreachableMs = 30_000;
const hangMs = 30_000;

/** Passes a request on to another node, as far as that node lets it. CLUSTER section 3. */
async function proxied(dc: Datacenter, node: string, run: () => Promise<Answer>): Promise<Answer> {
	const target = dc.world.nodes[node];
	if (target?.state === 'api-down') throw texts.connectionRefused();
	if (target?.state === 'dead') {
		const deadMs = target.since === 0 ? unreachableMs : dc.clock.genuine(dc.clock.now() - target.since);
		throw deadMs < unreachableMs ? texts.connectTimedOut() : texts.noRoute();
	}
	await dc.clock.sleep(proxyMs);
	if (target?.state !== 'api-hanging') return await run();
	// SIGSTOP: the request waits in the node's socket, and is acted on when the node goes on.
	const acting = whenGoingOn(dc, node).then(() => {
		const running = run();
		dc.tasks.track(running);
		return running;
	});
	const givingUp = new Promise<Refusal>((resolve) => dc.clock.after(hangMs, () => resolve(texts.hanging())));
	const first = await Promise.race([acting.catch((error: unknown) => refused(error)), givingUp]);
	if (first instanceof Refusal) throw first;
	return first;
}

/** Resolves when a hanging node goes on. */
export function whenGoingOn(dc: Datacenter, node: string): Promise<void> {
	return new Promise((resolve) => {
		const waiting = dc.suspended.get(node) ?? [];
		waiting.push(resolve);
		dc.suspended.set(node, waiting);
	});
}
