import axios, {isAxiosError} from 'axios';
import {Fault} from '../fault.ts';
import type {Clock} from '../time/clock.ts';
import {dial} from './dial.ts';
import {createGate} from './gate.ts';
import {NoReply} from './no-reply.ts';
import {SocketAgent} from './socket-agent.ts';
import {type TlsChoice, trustFrom} from './trust.ts';

export interface HttpRequest {
	readonly method: string;
	/** Below /api2/json, with the query. */
	readonly path: string;
	readonly body?: string | Uint8Array;
	readonly contentType?: string;
	/** From here to the last byte of the reply. */
	readonly timeoutMs: number;
	/** Gives the request up so long after the signal. */
	readonly stop?: {readonly signal: AbortSignal; readonly afterMs: number};
}

export interface HttpReply {
	readonly status: number;
	readonly reason: string;
	readonly contentType: string;
	readonly text: string;
	/** The sender's clock, in whole seconds: milliseconds since the epoch. */
	readonly date?: number;
}

export interface Http {
	/** The reply, whatever its status; throws `NoReply` where none comes. */
	send(request: HttpRequest): Promise<HttpReply>;
	close(): void;
}

interface HttpOptions {
	readonly urls: readonly string[];
	/** The headers that say who asks. */
	readonly credentials: Readonly<Record<string, string>>;
	readonly tls: TlsChoice;
	readonly proxy?: string;
	readonly requestTimeoutMs: number;
	readonly clock: Pick<Clock, 'after'>;
}

// AnyEvent::HTTP gives each pveproxy worker no more connections to another node. Node's own limit does not count a
// connection before it is made.
const requestsAtOnce = 4;
const longestConnectMs = 10_000;
const largestBytes = 256 * 1024 * 1024;

/** The way to the API: the first of `urls` that takes a connection, and from then on that one. */
export function createHttp({urls, credentials, tls, proxy, requestTimeoutMs, clock}: HttpOptions): Http {
	const bases = urls.map(readUrl);
	const line = {
		trust: trustFrom(tls),
		timeoutMs: Math.min(longestConnectMs, requestTimeoutMs),
		...(proxy === undefined ? {} : {proxy: new URL(proxy)}),
	};
	const closed = new AbortController();
	const agent = new SocketAgent((target) => dial(target, line, closed.signal));
	const client = axios.create({
		adapter: 'http',
		httpsAgent: agent,
		// GARM always hands proxy variables on; axios would obey them and go round the agent.
		proxy: false,
		maxRedirects: 0,
		maxContentLength: largestBytes,
		maxBodyLength: largestBytes,
		responseType: 'text',
		decompress: false,
		validateStatus: () => true,
		transformRequest: [(body: unknown) => body],
		transformResponse: [(body: unknown) => body],
		headers: {
			...credentials,
			Accept: 'application/json',
			'Accept-Encoding': 'identity',
			'User-Agent': 'garm-provider-proxmox',
		},
	});

	async function sendTo(base: string, request: HttpRequest): Promise<HttpReply> {
		const limit = limitOf(request, clock);
		try {
			const {status, statusText, headers, data} = await client.request<unknown>({
				method: request.method,
				url: `${base}/api2/json${request.path}`,
				signal: limit.signal,
				...(request.body === undefined ? {} : {data: request.body}),
				headers: {'Content-Type': request.contentType ?? false},
			});
			const contentType = String(headers['content-type'] ?? '');
			const text = typeof data === 'string' ? data : '';
			const date = Date.parse(String(headers.date ?? ''));
			return {status, reason: statusText, contentType, text, ...(Number.isNaN(date) ? {} : {date})};
		} catch (error) {
			throw limit.signal.aborted ? limit.noReply() : noReplyFrom(error, request.method);
		} finally {
			limit.lift();
		}
	}

	const gate = createGate(requestsAtOnce);
	let entry = 0;
	return {
		send: (request) => gate(() => sendToAny(request)),
		close() {
			closed.abort();
			agent.destroy();
		},
	};

	async function sendToAny(request: HttpRequest): Promise<HttpReply> {
		for (let tried = 1; ; tried++) {
			const own = entry;
			try {
				return await sendTo(bases[own] ?? '', request);
			} catch (error) {
				if (!(error instanceof NoReply) || error.stage === 'tls') throw error;
				// Parallel requests that fail at the same entry move on by one only.
				if (entry === own) entry = (own + 1) % bases.length;
				if (error.stage !== 'connect' || tried >= bases.length) throw error;
			}
		}
	}
}

/** The credentials of an API token. */
export function tokenCredentials({id, secret}: {readonly id: string; readonly secret: string}): Record<string, string> {
	return {Authorization: `PVEAPIToken=${id}=${secret}`};
}

/** What ends a request early: its time, or that the run is told to stop. */
function limitOf({method, timeoutMs, stop}: HttpRequest, clock: Pick<Clock, 'after'>) {
	const limit = new AbortController();
	let why = `no answer within ${Math.round(timeoutMs / 1000)} s`;
	const calls = [clock.after(timeoutMs, () => limit.abort())];
	const giveUp = () => {
		why = 'told to stop';
		limit.abort();
	};
	const onStop = () => {
		if (stop?.afterMs === 0) giveUp();
		else calls.push(clock.after(stop?.afterMs ?? 0, giveUp));
	};
	if (stop?.signal.aborted) onStop();
	stop?.signal.addEventListener('abort', onStop);
	return {
		signal: limit.signal,
		noReply: () => new NoReply('sent', 'ETIMEDOUT', why, method),
		lift() {
			stop?.signal.removeEventListener('abort', onStop);
			for (const callOff of calls) callOff();
		},
	};
}

// An AxiosError never goes further, not even as a cause: printed, it shows the Authorization header.
function noReplyFrom(error: unknown, method: string): NoReply {
	if (isAxiosError(error) && error.cause instanceof NoReply) return error.cause;
	const {code = 'EUNKNOWN', message} = isAxiosError(error) ? error : {message: String(error)};
	return new NoReply('sent', code, message, method);
}

// The text is not repeated: it may hold a password.
function readUrl(text: string, index: number): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol !== 'https:') {
		throw new Fault('bad-request', `Address ${index + 1} of the API is no https URL like https://pve.example:8006.`);
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
