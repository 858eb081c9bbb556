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
}

/** A budget of `budgetMs` milliseconds that begins at this moment. */
export function deadlineIn(budgetMs: number, clock: Pick<Clock, 'now'>): Deadline {
	let budget = budgetMs;
	let end = clock.now() + budget;
	const remainingMs = () => Math.max(0, end - clock.now());
	return {
		remainingMs,
		check(waitedFor) {
			if (remainingMs() > 0) return;
			throw new Fault('timed-out', `Gave up after ${Math.round(budget / 1000)} s, waiting for ${waitedFor}.`);
		},
		renew(nextBudgetMs) {
			budget = nextBudgetMs;
			end = clock.now() + budget;
		},
	};
}
