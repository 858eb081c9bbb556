import type {ApiRequestable} from 'proxmox-api';
import type {Logger} from '../log/logger.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';
import {backoffMs} from './backoff.ts';
import {type Answer, openEnvelope} from './envelope.ts';
import {encodeForm, type Parameters} from './form.ts';
import type {Http, HttpRequest} from './http.ts';
import {NoReply} from './no-reply.ts';
import {triesAfter} from './retry.ts';

/** One call of the API. */
export interface Call {
	readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** Below /api2/json, every part percent-encoded. */
	readonly path: string;
	readonly parameters?: Parameters;
	/** Instead of a form. */
	readonly body?: {readonly bytes: Uint8Array; readonly contentType: string};
}

export interface Patience {
	readonly timeoutMs: number;
	/** Whether a read that got no answer is asked again. */
	readonly retries: boolean;
}

/** What asks PVE: throws `BadAnswer` or `NoReply`, and `timed-out` once the run's time is over. */
export interface Engine extends ApiRequestable {
	doRequest(method: string, path: string, template: string, parameters?: Parameters): Promise<unknown>;
	ask(call: Call): Promise<Answer>;
	/** The same with another patience. */
	with(patience: Partial<Patience>): Engine;
}

interface EngineWorld {
	readonly http: Http;
	readonly clock: Clock;
	readonly deadline: Deadline;
	readonly logger: Logger;
	readonly random: () => number;
}

// proxmox-api begins every path with it.
const root = '/api2/json';

/** An engine that proxmox-api's typed paths can drive. Reads are asked again after a lost answer, writes never. */
export function createEngine(world: EngineWorld, patience: Patience): Engine {
	const {clock, deadline, random} = world;
	const askOnce = (call: Call) => sendOnce(world, call, patience.timeoutMs);

	async function ask(call: Call): Promise<Answer> {
		if (call.method !== 'GET' || !patience.retries) return askOnce(call);
		for (let failures = 1; ; failures++) {
			try {
				return await askOnce(call);
			} catch (error) {
				if (failures >= triesAfter(error)) throw error;
				await clock.sleep(Math.min(backoffMs(failures, random), deadline.remainingMs()), deadline.stop);
			}
		}
	}

	return {
		ask,
		async doRequest(method, path, _template, parameters) {
			const call = {method: readMethod(method), path: path.slice(root.length)};
			return (await ask(parameters === undefined ? call : {...call, parameters})).data;
		},
		with: (other) => createEngine(world, {...patience, ...other}),
	};
}

async function sendOnce({http, clock, deadline, logger}: EngineWorld, call: Call, timeoutMs: number): Promise<Answer> {
	deadline.check(`${call.method} ${call.path}`);
	const began = clock.now();
	const tell = (status: number | string) =>
		logger.debug('Asked PVE', {method: call.method, path: call.path, status, ms: clock.now() - began});
	try {
		const limitMs = Math.ceil(Math.min(timeoutMs, deadline.remainingMs()));
		const reply = await http.send({...requestFor(call, limitMs), ...untilStopped(call, deadline)});
		tell(reply.status);
		return openEnvelope(call.method, reply);
	} catch (error) {
		if (error instanceof NoReply) tell(error.reason);
		if (error instanceof NoReply && call.method === 'GET') deadline.check(`the answer to GET ${call.path}`);
		throw error;
	}
}

// A write that is on its way is given a moment more: whoever has its answer leaves less to be found out.
const stopsWritesAfterMs = 3_000;

function untilStopped({method}: Call, {stop}: Deadline): Pick<HttpRequest, 'stop'> {
	return {stop: {signal: stop, afterMs: method === 'GET' ? 0 : stopsWritesAfterMs}};
}

function requestFor({method, path, parameters, body}: Call, timeoutMs: number): HttpRequest {
	if (body !== undefined) return {method, path, body: body.bytes, contentType: body.contentType, timeoutMs};
	const form = encodeForm(parameters);
	if (form === '') return {method, path, timeoutMs};
	// pve-http-server AnyEvent.pm: "Unexpected content for method 'DELETE'"; a GET's parameters are its query anyway.
	if (method === 'GET' || method === 'DELETE') return {method, path: `${path}?${form}`, timeoutMs};
	return {method, path, body: form, contentType: 'application/x-www-form-urlencoded', timeoutMs};
}

function readMethod(method: string): Call['method'] {
	const upper = method.toUpperCase();
	return upper === 'POST' || upper === 'PUT' || upper === 'DELETE' ? upper : 'GET';
}
