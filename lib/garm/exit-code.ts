import type {FaultCode} from '../fault.ts';

// garm-provider-common execution/common: 30 is "not found", 31 is "duplicate entity".
const exitCodes = {
	'bad-request': 1,
	'not-found': 30,
	duplicate: 31,
	refused: 1,
	busy: 1,
	unreachable: 1,
	'task-failed': 1,
	'timed-out': 1,
	stopped: 1,
	bug: 1,
} as const satisfies Record<FaultCode, number>;

/** The exit code by which GARM knows a failure. */
export function exitCodeOf(code: FaultCode): number {
	return exitCodes[code];
}
