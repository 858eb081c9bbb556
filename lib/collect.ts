import {isFault} from '../fault.ts';

/** Gathers the reasons of every `bad-request`, so that an operator hears of all mistakes at once. */
export interface ReasonCollector {
	readonly reasons: readonly string[];
	/** What `work` gives; undefined, and its reasons noted, where it throws a `bad-request`. */
	attempt<Result>(work: () => Result): Result | undefined;
	attemptLater<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
	add(reason: string): void;
}

export function collectReasons(): ReasonCollector {
	const reasons: string[] = [];
	const note = (error: unknown): undefined => {
		if (!isFault(error, 'bad-request')) throw error;
		reasons.push(...(error.reasons.length > 0 ? error.reasons : [error.message]));
	};
	return {
		reasons,
		attempt(work) {
			try {
				return work();
			} catch (error) {
				return note(error);
			}
		},
		attemptLater: (work) => work().catch(note),
		add(reason) {
			reasons.push(reason);
		},
	};
}
