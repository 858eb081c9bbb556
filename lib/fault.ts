/**
 * What kind of failure this is. The code decides the exit code (lib/garm/exit-code.ts) and whether another look
 * may help; who has to act is in docs/troubleshooting.md.
 */
export type FaultCode =
	| 'bad-request'
	| 'not-found'
	| 'duplicate'
	| 'refused'
	| 'busy'
	| 'unreachable'
	| 'task-failed'
	| 'timed-out'
	| 'stopped'
	| 'bug';

/** Further facts of a failure, for the log: small values only, never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

interface FaultOptions {
	/** Every reason, where there are several; the message then holds them all. */
	readonly reasons?: readonly string[];
	readonly facts?: Facts;
	readonly cause?: unknown;
}

/**
 * The one failure class. Its message is a whole sentence for an operator: what could not be done, why, and what to do
 * next. It never holds a secret.
 */
export class Fault extends Error {
	override readonly name = 'Fault';
	readonly code: FaultCode;
	readonly reasons: readonly string[];
	readonly facts: Facts;

	constructor(code: FaultCode, message: string, {reasons = [], facts = {}, cause}: FaultOptions = {}) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
		this.reasons = reasons;
		this.facts = facts;
	}
}

/** Whether `error` is a Fault, and of `code` where one is asked for. */
export function isFault(error: unknown, ...codes: readonly FaultCode[]): error is Fault {
	return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}

/** What an error says of itself. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** A `bad-request` that tells every reason at once; `what` is the thing that cannot be used, e.g. "config /etc/x.toml". */
export function badRequest(what: string, reasons: readonly string[]): Fault {
	const message =
		reasons.length === 1
			? `${what} cannot be used: ${reasons[0]}`
			: `${what} cannot be used, for ${reasons.length} reasons: ${reasons.map((reason, n) => `(${n + 1}) ${reason}`).join(' ')}`;
	return new Fault('bad-request', message, {reasons});
}
