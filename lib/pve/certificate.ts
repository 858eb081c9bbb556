import {Fault} from '../fault.ts';
import {dial} from './dial.ts';
import {NoReply} from './no-reply.ts';
import {trustFrom} from './trust.ts';

/** The certificate that an address shows. */
export interface ShownCertificate {
	/** SHA-256, `AA:BB:..`. */
	readonly fingerprint: string;
	/** Whether the roots of the system vouch for it. */
	readonly trusted: boolean;
}

/** Looks at an address's certificate; nothing is sent. Throws `unreachable` where nobody answers. */
export async function lookAtCertificate(url: string, timeoutMs: number): Promise<ShownCertificate> {
	const {hostname, port} = new URL(url);
	const target = {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 443};
	try {
		const socket = await dial(target, {trust: trustFrom({insecure: true}), timeoutMs});
		const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
		socket.destroy();
		return {fingerprint, trusted: await isTrusted()};
	} catch (error) {
		if (!(error instanceof NoReply)) throw error;
		throw new Fault('unreachable', `Unable to look at the certificate of ${url}: ${error.message}.`, {
			facts: {kind: 'never-sent'},
		});
	}

	async function isTrusted(): Promise<boolean> {
		try {
			(await dial(target, {trust: trustFrom({}), timeoutMs})).destroy();
			return true;
		} catch (error) {
			if (error instanceof NoReply && error.stage === 'tls') return false;
			throw error;
		}
	}
}
