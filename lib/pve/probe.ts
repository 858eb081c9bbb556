import type {EndpointFacts} from '../doctor/facts.ts';
import type {Clock} from '../time/clock.ts';
import {BadAnswer} from './bad-answer.ts';
import {readRow, textIn} from './decode.ts';
import {openEnvelope} from './envelope.ts';
import {createHttp, type HttpReply, tokenCredentials} from './http.ts';
import {NoReply} from './no-reply.ts';
import type {TlsChoice} from './trust.ts';

interface ProbeOptions {
	readonly token: {readonly id: string; readonly secret: string};
	readonly tls: TlsChoice;
	readonly proxy?: string;
	readonly requestTimeoutMs: number;
	readonly clock: Clock;
}

/** What one address says to the cheapest call there is. Never throws for what the address does. */
export async function probeEndpoint(url: string, options: ProbeOptions): Promise<EndpointFacts> {
	const {clock, requestTimeoutMs} = options;
	const http = createHttp({...options, urls: [url], credentials: tokenCredentials(options.token)});
	const sentAt = clock.now();
	try {
		const reply = await http.send({method: 'GET', path: '/version', timeoutMs: requestTimeoutMs});
		return {url, ...timesOf(reply, sentAt, clock.now()), ...readVersion(reply)};
	} catch (error) {
		if (!(error instanceof NoReply)) throw error;
		return {url, trouble: {kind: error.stage === 'tls' ? 'tls' : 'silent', why: error.message}};
	} finally {
		http.close();
	}
}

function timesOf({status, date}: HttpReply, sentAt: number, heardAt: number): Partial<EndpointFacts> {
	// pve-http-server AnyEvent.pm: a 401 waits three seconds, and its Date is that of the sending.
	const roundTripMs = status === 401 ? {} : {roundTripMs: heardAt - sentAt};
	if (date === undefined) return roundTripMs;
	// The header has whole seconds: what lies within the second that it names is no skew.
	const ahead = Math.max(0, date - heardAt);
	const behind = Math.max(0, sentAt - (date + 1000));
	return {...roundTripMs, skewMs: ahead - behind};
}

function readVersion(reply: HttpReply): Partial<EndpointFacts> {
	try {
		const version = textIn(readRow(openEnvelope('GET', reply).data, 'the version'), 'version');
		return {tokenTaken: true, ...(version === undefined ? {} : {version})};
	} catch (error) {
		if (!(error instanceof BadAnswer)) throw error;
		if (error.status === 401) return {tokenTaken: false};
		return {trouble: {kind: 'silent', why: `it answers ${error.status} ${error.words}`}};
	}
}
