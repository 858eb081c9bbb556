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
		if (node === asked.entry || route.operation === 'upload') return await run();
		return await proxied(dc, node, run);
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
