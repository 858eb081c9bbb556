import {request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';
import type {Duplex} from 'node:stream';
import {NoReply} from './no-reply.ts';

/** Where a connection shall lead. */
export interface Target {
	readonly host: string;
	readonly port: number;
}

/** A raw connection to `target` through an HTTP proxy's CONNECT. Throws `NoReply` where the proxy gives none. */
export function openTunnel(proxy: URL, target: Target, signal: AbortSignal): Promise<Duplex> {
	const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
	const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
		agent: false,
		method: 'CONNECT',
		host: proxy.hostname.replace(/^\[|\]$/g, ''),
		port: proxy.port,
		path: authority,
		headers: {host: authority, ...credentials(proxy)},
	});
	return new Promise((resolve, reject) => {
		const fail = (reason: string, message: string) => {
			signal.removeEventListener('abort', tooLate);
			request.destroy();
			reject(new NoReply('connect', reason, `the proxy ${proxy.host} gives no connection: ${message}`));
		};
		const tooLate = () => fail('ETIMEDOUT', 'it did not answer in time');
		signal.addEventListener('abort', tooLate);
		request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'EPROXY', error.message));
		request.on('response', ({statusCode}) => fail('EPROXY', `it answered ${statusCode}`));
		request.on('connect', ({statusCode}, socket) => {
			if (statusCode !== 200) return fail('EPROXY', `it answered ${statusCode}`);
			signal.removeEventListener('abort', tooLate);
			resolve(socket);
		});
		request.end();
	});
}

function credentials({username, password}: URL): Record<string, string> {
	if (username === '') return {};
	const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return {'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}`};
}
