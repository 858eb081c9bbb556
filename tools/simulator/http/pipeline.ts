import type {IncomingMessage, ServerResponse} from 'node:http';
import type {LoggedRequest} from '../request-log.ts';
import {masked} from '../request-log.ts';
import {type Answer, refused, write, writeHalf} from './answer.ts';
import {dispatch} from './dispatch.ts';
import {prepare, spoiling, spoilt} from './faulty.ts';
import {type Asked, Broken, type Frontend, targetOf} from './frontend.ts';
import {readRequest} from './read-request.ts';

/** Handles one request that reached a node. */
export async function handle(
	frontend: Frontend,
	entry: string,
	request: IncomingMessage,
	response: ServerResponse,
	last: boolean,
): Promise<void> {
	const started = performance.now();
	const asked = await readRequest(frontend.dc, entry, request);
	const logged = log(frontend, asked);
	try {
		const answer = await answerTo(frontend, asked, logged);
		if (answer.delayMs !== undefined && answer.delayMs > 0) await frontend.dc.clock.sleep(answer.delayMs);
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

const keptRequests = 50_000;

function log({dc, requests}: Frontend, asked: Asked): LoggedRequest {
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

async function answerTo(frontend: Frontend, asked: Asked, logged: LoggedRequest): Promise<Answer> {
	const {dc, faults, hooks} = frontend;
	for (const hook of hooks) await hook(logged.n, 'before', logged);
	const {method, path, operation, node} = logged;
	const effects = faults.take({method, path, operation, node});
	const act = async (): Promise<Answer> => {
		const twist = prepare(frontend, asked, effects);
		const answer = await dispatch(frontend, asked, twist);
		for (const hook of hooks) await hook(logged.n, 'after', logged);
		return answer;
	};
	for (const effect of effects) if (effect.kind === 'delay') await dc.clock.sleep(effect.ms);
	const effect = effects.find(({kind}) => spoiling.has(kind));
	return effect === undefined ? await act() : await spoilt(dc, effect, act);
}
