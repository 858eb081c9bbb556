import {Fault} from '../fault.ts';
import type {Clock} from './clock.ts';

/** The one time budget of a run: every wait and every request of the run lives within it. */
export interface Deadline {
	/** Milliseconds left, never below 0. */
	remainingMs(): number;
	/** Throws `timed-out`, naming what was waited for, when nothing is left. */
	check(waitedFor: string): void;
	/** Begins anew with another budget: what is left for cleaning up after a failure. */
	renew(budgetMs: number): void;
	/** Aborts when the run is told to stop: from then on nothing is left, and `check` throws `stopped`. */
	readonly stop: AbortSignal;
}

/** A budget of `budgetMs` milliseconds that begins at this moment, and ends early where `stop` aborts. */
export function deadlineIn(
	budgetMs: number,
	clock: Pick<Clock, 'now'>,
	stop: AbortSignal = new AbortController().signal,
): Deadline {
	let budget = budgetMs;
	let end = clock.now() + budget;
	const remainingMs = () => (stop.aborted ? 0 : Math.max(0, end - clock.now()));
	return {
		stop,
		remainingMs,
		check(waitedFor) {
			if (stop.aborted) throw stoppedFault(waitedFor);
			if (remainingMs() > 0) return;
			throw new Fault('timed-out', `Gave up after ${Math.round(budget / 1000)} s, waiting for ${waitedFor}.`);
		},
		renew(nextBudgetMs) {
			budget = nextBudgetMs;
			end = clock.now() + budget;
		},
	};
}

/** The fault of a run that was told to stop while it waited for something. */
function stoppedFault(waitedFor: string): Fault {
	return new Fault(
		'stopped',
		`Told to stop, and did, while it waited for ${waitedFor}. What is begun stays as it is; the next call for it goes on from there.`,
	);
}
