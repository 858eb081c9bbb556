import {setTimeout as delay} from 'node:timers/promises';

/** Time as everything that waits sees it. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Ends after `ms`, or as soon as `signal` aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Calls `act` after `ms`; gives the way to call it off. */
	after(ms: number, act: () => void): () => void;
}

/** The machine's own time. */
export const systemClock: Clock = {
	now: () => Date.now(),
	async sleep(ms, signal) {
		await delay(ms, undefined, signal === undefined ? {} : {signal}).catch((error: unknown) => {
			if (!signal?.aborted) throw error;
		});
	},
	after(ms, act) {
		const timer = setTimeout(act, ms);
		return () => clearTimeout(timer);
	},
};
