import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect, type TLSSocket} from 'node:tls';
import {NoReply} from './no-reply.ts';
import type {Trust} from './trust.ts';
import {openTunnel, type Target} from './tunnel.ts';

export interface Line {
	readonly trust: Trust;
	/** An HTTP proxy to go through. */
	readonly proxy?: URL;
	/** For name look-up, TCP, the proxy and TLS together. */
	readonly timeoutMs: number;
}

// What TLS itself or the look at the certificate says; everything else is the network's.
const tlsReasons =
	/^(?:EPROTO|ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|CRL_|DEPTH_|SELF_|UNABLE_|HOSTNAME_|INVALID_|PATH_|ERROR_IN_)/;

/** A TLS connection to `target` whose certificate is trusted already; throws `NoReply` where there is none. */
export async function dial(target: Target, {trust, proxy, timeoutMs}: Line, givenUp?: AbortSignal): Promise<TLSSocket> {
	const late = AbortSignal.timeout(timeoutMs);
	const signal = givenUp === undefined ? late : AbortSignal.any([late, givenUp]);
	const tunnel = proxy === undefined ? undefined : await openTunnel(proxy, target, signal);
	return shakeHands(target, trust, tunnel, signal);
}

function shakeHands(
	{host, port}: Target,
	trust: Trust,
	tunnel: Duplex | undefined,
	signal: AbortSignal,
): Promise<TLSSocket> {
	const socket = connect({
		...trust.options,
		host,
		port,
		...(isIP(host) === 0 ? {servername: host} : {}),
		...(tunnel === undefined ? {} : {socket: tunnel}),
	});
	return new Promise((resolve, reject) => {
		const fail = (failure: NoReply) => {
			signal.removeEventListener('abort', tooLate);
			socket.destroy();
			reject(failure);
		};
		const tooLate = () => fail(new NoReply('connect', 'ETIMEDOUT', `${host}:${port} did not answer in time`));
		signal.addEventListener('abort', tooLate);
		// Stays for ever: between here and the agent's own listeners an error would end the process.
		socket.on('error', (error) => fail(failureFrom(error, `${host}:${port}`)));
		socket.once('close', () => fail(new NoReply('connect', 'ECONNRESET', `${host}:${port} closed the connection`)));
		socket.once('secureConnect', () => {
			const doubt = trust.doubt(socket);
			if (doubt !== undefined) return fail(new NoReply('tls', 'PIN', `${host}:${port} is not trusted: ${doubt}`));
			signal.removeEventListener('abort', tooLate);
			socket.setNoDelay(true);
			resolve(socket);
		});
	});
}

function failureFrom(error: NodeJS.ErrnoException, place: string): NoReply {
	const reason = error.code ?? 'EUNKNOWN';
	const stage = tlsReasons.test(reason) ? 'tls' : 'connect';
	// An AggregateError of several addresses has no text of its own.
	return new NoReply(stage, reason, `${place}: ${error.message === '' ? reason : error.message}`);
}
