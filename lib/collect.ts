import {isFault} from './fault.ts';

/** Gathers the reasons of every `bad-request`, so that an operator hears of all mistakes at once, and of each one once. */
export interface ReasonCollector {
	readonly reasons: readonly string[];
	/** What `work` gives; undefined where it throws a `bad-request`: its reasons are noted, with `about` before each. */
	attempt<Result>(work: () => Result, about?: string): Result | undefined;
	attemptLater<Result>(work: () => Promise<Result>, about?: string): Promise<Result | undefined>;
	add(reason: string): void;
}

export function collectReasons(): ReasonCollector {
	const reasons: string[] = [];
	const add = (reason: string) => {
		if (!reasons.includes(reason)) reasons.push(reason);
	};
	const note = (error: unknown, about?: string): undefined => {
		if (!isFault(error, 'bad-request')) throw error;
		const found = error.reasons.length > 0 ? error.reasons : [error.message];
		for (const reason of found) add(about === undefined ? reason : `${about}: ${reason}`);
	};
	return {
		reasons,
		attempt(work, about) {
			try {
				return work();
			} catch (error) {
				return note(error, about);
			}
		},
		attemptLater: (work, about) => work().catch((error: unknown) => note(error, about)),
		add,
	};
}
