import type {Power} from './observed.ts';

/** A runner's status in the only four words that GARM takes (runner/providers/util). */
export type RunnerStatus = 'running' | 'stopped' | 'error' | 'unknown';

const statuses = {
	running: 'running',
	stopped: 'stopped',
	failed: 'error',
	paused: 'unknown',
	unknown: 'unknown',
} as const satisfies Record<Power, RunnerStatus>;

/** The status of a VM that does `power`. */
export function statusOf(power: Power): RunnerStatus {
	return statuses[power];
}
