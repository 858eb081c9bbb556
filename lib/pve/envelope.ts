import {BadAnswer} from './bad-answer.ts';
import type {HttpReply} from './http.ts';

/** What a good answer holds; `total` stands beside lists of log lines. */
export interface Answer {
	readonly data: unknown;
	readonly total?: number;
}

/** The content of a good reply; throws `BadAnswer` for every other one, also for one that is not whole. */
export function openEnvelope(method: string, reply: HttpReply): Answer {
	const body = parseObject(reply.text);
	if (reply.status >= 200 && reply.status < 300) {
		if (body !== undefined && 'data' in body) return {data: body.data, ...totalOf(body)};
		throw new BadAnswer(method, {status: reply.status, words: describe(reply), whole: false});
	}
	const words = wordsOf(reply, body?.message);
	// A reverse proxy's 500 says nothing about what PVE did; PVE's own always has a JSON body.
	const whole = !(reply.status >= 500 && isMarkup(reply));
	throw new BadAnswer(method, {status: reply.status, words, fields: fieldsOf(body?.errors), whole});
}

// pve-http-server before 5.2.0 tells the text in the reason phrase only; a 59x and a 401 never have a body.
function wordsOf(reply: HttpReply, message: unknown): string {
	const text = typeof message === 'string' ? message.trim() : '';
	return text || reply.reason.trim() || `status ${reply.status}`;
}

function describe(reply: HttpReply): string {
	if (reply.text === '') return 'the answer is empty';
	return isMarkup(reply)
		? 'the answer is an HTML page, not what PVE sends'
		: 'the answer is no whole JSON document of PVE';
}

function isMarkup({contentType, text}: HttpReply): boolean {
	return /html/i.test(contentType) || /^\s*</.test(text);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function totalOf({total}: Readonly<Record<string, unknown>>): {total?: number} {
	return typeof total === 'number' ? {total} : {};
}

function fieldsOf(errors: unknown): Readonly<Record<string, string>> {
	if (!isObject(errors)) return {};
	return Object.fromEntries(Object.entries(errors).map(([field, words]) => [field, String(words).trim()]));
}
