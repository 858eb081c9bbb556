import type {IncomingMessage} from 'node:http';
import {texts} from '../refusal.ts';
import type {RawParameters} from '../schema/verify.ts';
import type {PveVersion} from '../world.ts';
import {decodeForm, decodeJson} from './form.ts';

// pve-http-server AnyEvent.pm $limit_max_post
const limitBytes = 512 * 1024;

/** Refuses what pveproxy refuses from a request's head alone. */
export function checkHead({method = '', headers}: IncomingMessage): void {
	if (!['GET', 'PUT', 'POST', 'DELETE'].includes(method)) throw texts.methodUnavailable(method);
	if (headers['transfer-encoding'] !== undefined) throw texts.chunked();
	const length = Number(headers['content-length'] ?? 0);
	if (length > 0 && (method === 'GET' || method === 'DELETE')) throw texts.unexpectedContent(method);
}

/** The whole body; `limited` as for everything but uploads. */
export async function readBody(request: IncomingMessage, limited: boolean): Promise<Buffer> {
	if (limited && Number(request.headers['content-length'] ?? 0) > limitBytes) throw texts.tooLarge();
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

/** A form's or a JSON body's parameters. */
export function decodeBody(body: Buffer, contentType: string | undefined, version: PveVersion): RawParameters {
	if (body.length === 0) return {};
	const type = (contentType ?? 'application/x-www-form-urlencoded').split(';')[0]?.trim() ?? '';
	if (type === 'application/x-www-form-urlencoded') return decodeForm(body.toString('utf8'));
	if (type === 'application/json') return decodeJson(body.toString('utf8'), version);
	throw texts.badContentType(type);
}
