import type {ConnectionOptions, TLSSocket} from 'node:tls';
import {Fault} from '../fault.ts';

/** Which certificate the API may show: a pinned one, one of a CA, or any (only where `insecure` says so). */
export interface TlsChoice {
	/** SHA-256, hex, with or without colons; several where the cluster's nodes have certificates of their own. */
	readonly fingerprint?: string | readonly string[];
	readonly caPem?: string;
	readonly insecure?: boolean;
}

export interface Trust {
	readonly options: ConnectionOptions;
	/** Why the peer of a finished handshake is not trusted; absent where it is. */
	doubt(socket: TLSSocket): string | undefined;
}

// Node 20 parses its whole root store (26 to 75 ms) for any context without a `ca` of its own.
const noRoots: ConnectionOptions = {ca: [], rejectUnauthorized: false};
const noDoubt = () => undefined;

/** The checks that `choice` asks for; the system's roots where it asks for nothing. Throws `bad-request` for a fingerprint that is none. */
export function trustFrom({fingerprint = [], caPem, insecure = false}: TlsChoice): Trust {
	const pins = [fingerprint].flat().map(readPin);
	if (pins.length > 0) return {options: noRoots, doubt: (socket) => doubtAgainst(pins, socket)};
	if (caPem !== undefined) return {options: {ca: caPem, rejectUnauthorized: true}, doubt: noDoubt};
	if (insecure) return {options: noRoots, doubt: noDoubt};
	return {options: {rejectUnauthorized: true}, doubt: noDoubt};
}

// A self-signed certificate never reaches `checkServerIdentity`: only the finished handshake can be compared with a pin.
function doubtAgainst(pins: readonly string[], socket: TLSSocket): string | undefined {
	const shown = socket.getPeerX509Certificate()?.fingerprint256;
	if (shown === undefined) return 'it shows no certificate';
	return pins.includes(plainHex(shown))
		? undefined
		: `its certificate has the SHA-256 fingerprint ${shown}, which is not the configured one`;
}

function readPin(text: string): string {
	const pin = plainHex(text);
	if (/^[0-9a-f]{64}$/.test(pin)) return pin;
	throw new Fault(
		'bad-request',
		'The TLS fingerprint is no SHA-256 fingerprint: 64 hexadecimal digits are expected, with or without colons.',
	);
}

function plainHex(text: string): string {
	return text.replaceAll(':', '').trim().toLowerCase();
}
