import https from 'node:https';
import axios, {isAxiosError} from 'axios';
import * as v from 'valibot';
import {badRequest, Fault} from '../fault.ts';
import {readInstanceNames} from './known-names.ts';

/** How GARM's API is reached. */
export interface GarmAccess {
	/** `https://garm.example.com`, with or without `/api/v1`; plain http on this machine only. */
	readonly url: string;
	readonly token: string;
	/** Instead of the system's roots. */
	readonly caPem?: string;
	readonly timeoutMs: number;
}

/** What GARM says of itself. */
export interface GarmTold {
	readonly controller: string;
	/** The names of its runners. */
	readonly names: ReadonlySet<string>;
}

// GARM apiserver/routers/routers.go: below /api/v1, each with a bearer token.
const paths = {controller: '/controller-info', instances: '/instances'} as const;
const largestBytes = 256 * 1024 * 1024;

/** Asks GARM who it is and which runners it knows; two reads, and nothing else. */
export async function askGarm(access: GarmAccess): Promise<GarmTold> {
	const base = readBase(access.url);
	const info = v.safeParse(v.looseObject({controller_id: v.string()}), await get(base, paths.controller, access));
	if (!info.success) throw unreadable(base, 'does not tell its controller id');
	const list = await get(base, paths.instances, access);
	// A Go slice without an element is null.
	return {controller: info.output.controller_id, names: readInstanceNames(list ?? [], `The answer of ${base}`)};
}

function readBase(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isHere = url !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
	if (
		url === undefined ||
		url.username !== '' ||
		(url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
	) {
		throw badRequest('The address of GARM', [
			'it must be like https://garm.example.com; http is for this machine only, as in http://127.0.0.1:9997, since the token goes along.',
		]);
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`;
}

async function get(base: string, path: string, {token, caPem, timeoutMs}: GarmAccess): Promise<unknown> {
	const what = `GARM at ${base}`;
	try {
		const {status, data} = await axios.get<string>(`${base}/api/v1${path}`, {
			adapter: 'http',
			proxy: false,
			maxRedirects: 0,
			timeout: timeoutMs,
			signal: AbortSignal.timeout(timeoutMs),
			maxContentLength: largestBytes,
			responseType: 'text',
			transformResponse: [(body: unknown) => body],
			validateStatus: () => true,
			headers: {Authorization: `Bearer ${token}`, Accept: 'application/json', 'User-Agent': 'garm-proxmox'},
			...(caPem === undefined ? {} : {httpsAgent: new https.Agent({ca: caPem})}),
		});
		if (status === 401 || status === 403) {
			throw new Fault(
				'refused',
				`${what} does not take the token (${status}). Log in again, and put the new token into the file.`,
			);
		}
		if (status !== 200) throw unreadable(base, `answers ${status} to ${path}`);
		return JSON.parse(data);
	} catch (error) {
		if (error instanceof Fault) throw error;
		if (error instanceof SyntaxError) throw unreadable(base, `answers no JSON to ${path}`);
		// An AxiosError never goes further, not even as a cause: printed, it shows the Authorization header.
		const why = isAxiosError(error) ? (error.code ?? 'no answer') : 'no answer';
		throw new Fault(
			'unreachable',
			`${what} cannot be asked (${why}). Look at --garm, and at its certificate: --garm-ca-file names the CA of one that the system does not trust.`,
		);
	}
}

function unreadable(base: string, why: string): Fault {
	return new Fault('unreachable', `GARM at ${base} ${why}. Is it GARM's API?`);
}
