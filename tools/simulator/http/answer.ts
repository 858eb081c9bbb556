import type {OutgoingHttpHeaders, ServerResponse} from 'node:http';
import {Refusal} from '../refusal.ts';
import {isTotalled} from '../rule/tasks.ts';

/** What goes over the wire. */
export interface Answer {
	readonly status: number;
	/** The reason phrase. */
	readonly reason: string;
	readonly body?: string;
	readonly contentType?: string;
	/** Genuine milliseconds that pass before it is written. */
	readonly delayMs?: number;
}

const json = 'application/json;charset=UTF-8';

/** The answer for a rule's result: `{"data": ...}`. */
export function success(data: unknown): Answer {
	// HTTPServer.pm: a total of 0 is as good as none. Transcripts 01, 02 and 04.
	const body = isTotalled(data) && data.total > 0 ? {data: data.data, total: data.total} : {data: unwrapped(data)};
	return {status: 200, reason: 'OK', body: JSON.stringify(body), contentType: json};
}

const unwrapped = (data: unknown): unknown => (isTotalled(data) ? data.data : data);

/** The answer for whatever a rule threw. An error that is not PVE's is the simulator's own bug, and says so. */
export function refused(error: unknown): Answer {
	if (!(error instanceof Refusal)) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return {status: 500, reason: 'simulator bug', body: JSON.stringify({data: null, message: text}), contentType: json};
	}
	const {status, message, errors, body, delayMs} = error;
	const common = {status, reason: firstLine(message), delayMs};
	if (body === 'empty') return common;
	if (body === 'text') return {...common, body: message};
	if (body === 'line') return {...common, body: `${message}\n`};
	// A 501 of the REST handler has no line end in its message, everything else has.
	const text = status === 501 ? message : `${message}\n`;
	return {...common, contentType: json, body: JSON.stringify({data: null, message: text, ...(errors && {errors})})};
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');

/** Writes the head and the first half of an answer, then breaks the connection. */
export function writeHalf(response: ServerResponse, {status, reason, body = '', contentType = json}: Answer): void {
	response.writeHead(status, reason, {'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body)});
	response.write(body.slice(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}

/** Writes an answer as pveproxy does: errors and every hundredth answer close the connection. */
export function write(response: ServerResponse, answer: Answer, last: boolean): void {
	const closes = last || answer.status >= 400;
	const date = new Date().toUTCString();
	const headers: OutgoingHttpHeaders = {
		'Cache-Control': 'max-age=0',
		Connection: closes ? 'close' : 'Keep-Alive',
		Date: date,
		Pragma: 'no-cache',
		Server: 'pve-api-daemon/3.0',
		Expires: date,
		...(answer.contentType === undefined ? {} : {'Content-Type': answer.contentType}),
		...(answer.body === undefined ? {} : {'Content-Length': Buffer.byteLength(answer.body)}),
	};
	response.sendDate = false;
	// Without a body PVE sends no length either: the end of the connection ends the answer.
	if (answer.body === undefined) response.useChunkedEncodingByDefault = false;
	response.writeHead(answer.status, answer.reason, headers);
	response.end(answer.body);
}
