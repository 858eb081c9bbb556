import type {Call, Twist} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {Refusal, texts} from '../refusal.ts';
import type {Found} from '../routes.ts';
import {schemaOf} from '../routes.ts';
import type {Parameters} from '../schema/verify.ts';
import {verify} from '../schema/verify.ts';
import {type Answer, refused, success} from './answer.ts';
import {type Asked, Broken, type Frontend, targetOf} from './frontend.ts';
import {single} from './read-request.ts';

/** The answer of the cluster itself: head, route, privileges, proxying, parameters, rule. */
export async function dispatch(frontend: Frontend, asked: Asked, twist: Twist): Promise<Answer> {
	const {dc} = frontend;
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
			hidePoll(frontend, route.operation, parameters);
			const call: Call = {
				...{dc, node, entry: asked.entry, caller, parameters, twist},
				...(asked.upload === undefined ? {} : {upload: asked.upload}),
			};
			return success(await withWorker(dc, node, route, () => route.rule(call)));
		};
		// An upload stays on the node asked; everything else for another node is proxied.
		if (route.operation === 'upload') await reachable(dc, node);
		if (route.operation === 'upload') return await run();
		return await passedOn(dc, {entry: asked.entry, node, daemon: route.daemon === true}, run);
	} catch (error) {
		if (error instanceof Broken) throw error;
		return refused(error);
	}
}

/** A task that a fault hides answers `no such task` a few times. */
function hidePoll({unknownPolls}: Frontend, operation: string, {upid}: Parameters): void {
	if (operation !== 'task-status' || upid === undefined) return;
	const left = unknownPolls.get(upid) ?? 0;
	if (left === 0) return;
	unknownPolls.set(upid, left - 1);
	throw texts.noTask();
}

const loadMsPerTask = 25;
const loadedTasks = 8;
const forkedMs = 12;

/** Runs a rule in one of pvedaemon's three workers where it needs root; the machine's load makes it slower. */
async function withWorker(dc: Datacenter, node: string, route: Found['route'], act: () => unknown): Promise<unknown> {
	const load = Math.min(dc.tasks.running(node), loadedTasks) * loadMsPerTask;
	if (route.daemon !== true) {
		await dc.clock.sleep(route.costMs);
		return await act();
	}
	const leave = await dc.daemon(node).enter();
	try {
		if (route.method === 'GET') {
			await dc.clock.sleep(route.costMs + load / 4);
			return await act();
		}
		// A worker is forked, and at work, before the answer leaves.
		await dc.clock.sleep(route.costMs + load - forkedMs);
		const answer = await act();
		await dc.clock.sleep(forkedMs);
		return answer;
	} finally {
		leave();
	}
}

const silenceMs = 5000;

/** CLUSTER section 7: an upload for a dead node ends in a closed connection. */
async function reachable(dc: Datacenter, node: string): Promise<void> {
	if (dc.world.nodes[node]?.state !== 'dead') return;
	await dc.clock.sleep(silenceMs);
	throw new Broken('dead node');
}

const proxyMs = 8;
const unreachableMs = 30_000;
const hangMs = 30_000;

/** Where a request acts, from where, and whether it needs the daemon that is root there. */
interface Way {
	readonly entry: string;
	readonly node: string;
	readonly daemon: boolean;
}

/** Passes a request on to its node and to the daemon there, as far as these let it. CLUSTER section 3. */
async function passedOn(dc: Datacenter, {entry, node, daemon}: Way, run: () => Promise<Answer>): Promise<Answer> {
	const {state = 'online', since = 0} = dc.world.nodes[node] ?? {};
	const remote = node !== entry;
	if (remote && state === 'dead') {
		const deadMs = since === 0 ? unreachableMs : dc.clock.genuine(dc.clock.now() - since);
		throw deadMs < unreachableMs ? texts.connectTimedOut() : texts.noRoute();
	}
	if ((remote && state === 'api-down') || (daemon && state === 'daemon-down')) throw texts.connectionRefused();
	if (remote) await dc.clock.sleep(proxyMs);
	if (remote && state === 'api-hanging') return await hung(dc, node, run, {delivered: false});
	if (daemon && state === 'daemon-hanging') return await hung(dc, node, run, {delivered: true});
	return await run();
}

/**
 * SIGSTOP: the node asked waits for half a minute. A stopped pveproxy has not even shaken hands, so the request is never
 * sent once that is over; a stopped pvedaemon has it in its socket, and acts on it when it goes on. Transcript 03 of the
 * cluster, entries 38 and 47.
 */
async function hung(
	dc: Datacenter,
	node: string,
	run: () => Promise<Answer>,
	{delivered}: {readonly delivered: boolean},
): Promise<Answer> {
	let givenUp = false;
	const acting = whenGoingOn(dc, node).then(() => {
		if (givenUp && !delivered) throw texts.hanging();
		const running = run();
		dc.tasks.track(running);
		return running;
	});
	const givingUp = new Promise<Refusal>((resolve) => {
		dc.clock.after(hangMs, () => {
			givenUp = true;
			resolve(texts.hanging());
		});
	});
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
