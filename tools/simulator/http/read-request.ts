import type {IncomingMessage} from 'node:http';
import type {Caller} from '../access.ts';
import {callerOf} from '../access.ts';
import type {Datacenter} from '../datacenter.ts';
import {texts} from '../refusal.ts';
import {findRoute} from '../routes.ts';
import type {Parameters, RawParameters} from '../schema/verify.ts';
import {authenticate} from './authenticate.ts';
import {checkHead, decodeBody, readBody} from './body.ts';
import {decodeForm} from './form.ts';
import {type Asked, Broken} from './frontend.ts';
import {decodeMultipart, type Multipart, WrongFileField} from './multipart.ts';

const uploadSilenceMs = 5000;

/** Reads a request. An upload that is refused is not read to its end. */
export async function readRequest(dc: Datacenter, entry: string, request: IncomingMessage): Promise<Asked> {
	const url = request.url ?? '/';
	const [rawPath = '/', rawQuery = ''] = [url.split('?')[0] ?? '/', url.split('?').slice(1).join('?')];
	const method = request.method ?? '';
	const path = rawPath.replace(/^\/api2\/json/, '') || '/';
	const found = findRoute(method, path);
	const asked = {method, path, entry, found, query: decodeForm(rawQuery), body: {}};
	try {
		if (!rawPath.startsWith('/api2/json')) throw texts.noFormatter(rawPath.replace(/^\/api2\/(\w+)(.*)$/, '$2, $1'));
		checkHead(request);
		const caller = found?.route.open === true ? callerOf('') : authenticate(dc, method, request.headers);
		if (found?.route.operation === 'upload') return {...(await readUpload(dc, asked, caller, request)), caller};
		const body = await readBody(request, true);
		return {...asked, caller, body: decodeBody(body, request.headers['content-type'], dc.world.pveVersion)};
	} catch (error) {
		request.resume();
		return {...asked, refusal: error};
	}
}

async function readUpload(dc: Datacenter, asked: Asked, caller: Caller, request: IncomingMessage): Promise<Asked> {
	const parameters = single({...asked.query, ...asked.found?.names});
	asked.found?.route.permission?.({dc, caller, parameters, node: asked.entry});
	const type = request.headers['content-type'] ?? '';
	if (Number(request.headers['content-length'] ?? 0) === 0) return asked;
	if (!type.startsWith('multipart/form-data')) {
		await dc.clock.sleep(uploadSilenceMs);
		throw new Broken('not multipart');
	}
	const {fields, upload} = await readParts(dc, request, type);
	const filename = upload === undefined ? {} : {filename: upload.filename};
	return {...asked, body: {...fields, ...filename}, ...(upload === undefined ? {} : {upload})};
}

/** AnyEvent.pm file_upload_multipart: 8.4 answers a file in the wrong part, 9.2 hangs up. Transcripts 03, entry 54. */
async function readParts(dc: Datacenter, request: IncomingMessage, type: string): Promise<Multipart> {
	const body = await readBody(request, false);
	try {
		return decodeMultipart(body, type);
	} catch (error) {
		if (!(error instanceof WrongFileField)) throw error;
		throw dc.world.pveVersion === '8.4' ? texts.wrongFileField(error.field) : new Broken('wrong part');
	}
}

/** Each parameter once: what the privileges are asked about. */
export const single = (raw: RawParameters): Parameters =>
	Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, typeof value === 'string' ? value : 'ARRAY']));
