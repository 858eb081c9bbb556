import {type Facts, Fault} from '../fault.ts';
import {BadAnswer} from './bad-answer.ts';
import {grantFor} from './grant.ts';
import {type Kind, meaningOf} from './kind.ts';
import {NoReply} from './no-reply.ts';
import {readWords} from './refusal.ts';
import {isPassing} from './retry.ts';
import {TaskFailure} from './task-failure.ts';

/** What is attempted, in an operator's words. */
export interface Act {
	/** Goes behind "Unable to": `start VM 100 on node pve`. */
	readonly what: string;
	readonly vmid?: number;
	readonly node?: string;
	/** The VMID that a clone is to get. */
	readonly newVmid?: number;
}

interface Diagnosis {
	readonly kind: Kind;
	/** PVE's words, or ours for what it did not say. */
	readonly why: string;
	readonly facts?: Facts;
	readonly log?: readonly string[];
}

/** The Fault that an error of the engine or of a task amounts to; any other error as it is. */
export function explain(error: unknown, act: Act, tokenId: string): unknown {
	if (error instanceof NoReply) return faultFrom(diagnoseSilence(error), act, tokenId);
	if (error instanceof BadAnswer) return faultFrom(diagnoseAnswer(error, act), act, tokenId);
	if (error instanceof TaskFailure) return faultFrom(diagnoseTask(error, act), act, tokenId);
	return error;
}

function diagnoseSilence({stage, reason, method, message}: NoReply): Diagnosis {
	const facts = {reason};
	if (stage === 'tls') return {kind: 'tls', why: message, facts};
	if (stage === 'connect') return {kind: 'never-sent', why: `no connection: ${message}`, facts};
	return {kind: method === 'GET' ? 'no-answer' : 'outcome-unknown', why: `no answer came: ${message}`, facts};
}

function diagnoseAnswer(answer: BadAnswer, act: Act): Diagnosis {
	const {status, words, fields} = answer;
	const named = Object.entries(fields);
	for (const text of [words, ...named.map(([, each]) => each)]) {
		const reading = answer.whole ? readWords(text, act.newVmid) : undefined;
		if (reading !== undefined) return {kind: reading.kind, why: text, facts: {...reading.facts, status}};
	}
	const why = named.length === 0 ? words : named.map(([field, text]) => `${field}: ${text}`).join('; ');
	return {kind: kindOfStatus(answer), why: isPassing(status) ? `${status} ${why}` : why, facts: {status}};
}

function kindOfStatus({status, method, whole}: BadAnswer): Kind {
	const reads = method === 'GET';
	if (status === 401) return 'auth';
	if (status === 403) return 'permission';
	if (status === 400) return 'bad-parameter';
	if (status === 501) return 'not-implemented';
	// AnyEvent::HTTP: 595 is a connection that was never made.
	if (status === 595) return 'node-unreachable';
	if (!whole || isPassing(status)) return reads ? (whole ? 'no-answer' : 'not-whole') : 'outcome-unknown';
	return status === 500 ? 'unknown' : 'not-whole';
}

function diagnoseTask({upid, exitStatus, log}: TaskFailure, act: Act): Diagnosis {
	const reading = readWords(exitStatus, act.newVmid);
	const facts = {...reading?.facts, task: upid.text};
	return {kind: reading?.kind ?? 'task-failed', why: exitStatus, facts, log};
}

function faultFrom({kind, why, facts = {}, log = []}: Diagnosis, act: Act, tokenId: string): Fault {
	const {code, advice} = meaningOf(kind);
	const vmid = facts.vmid === undefined ? act.vmid : Number(facts.vmid);
	const sentences = [
		`Unable to ${act.what}: ${asClause(why)}.`,
		...(kind === 'auth' ? [`The API token is ${tokenId}.`] : []),
		advice.replaceAll('<vmid>', String(vmid ?? 'VMID')),
		...(kind === 'permission' ? grantFor(facts, tokenId) : []),
		...(log.length === 0 ? [] : [`Its log ended with: ${log.join(' | ')}`]),
	];
	return new Fault(code, sentences.join(' '), {
		facts: {kind, node: act.node, newVmid: act.newVmid, ...facts, vmid},
	});
}

function asClause(text: string): string {
	return text
		.trim()
		.replace(/\s*\n\s*/g, '; ')
		.replace(/[.;]+$/, '');
}
