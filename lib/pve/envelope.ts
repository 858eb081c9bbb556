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
	const fields = fieldsOf(body?.errors);
	throw new BadAnswer(method, {status: reply.status, words: wordsOf(reply, body?.message), fields, whole: true});
}

// pve-http-server before 5.2.0 tells the text in the reason phrase only; a 59x and a 401 never have a body.
function wordsOf(reply: HttpReply, message: unknown): string {
	const text = typeof message === 'string' ? message.trim() : '';
	return text || reply.reason.trim() || `status ${reply.status}`;
}

function describe({contentType, text}: HttpReply): string {
	if (text === '') return 'the answer is empty';
	if (/html/i.test(contentType) || /^\s*</.test(text)) return "the answer is an HTML page, not PVE's JSON";
	return 'the answer is no whole JSON document of PVE';
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
