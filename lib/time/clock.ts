import {setTimeout as delay} from 'node:timers/promises';

/** The machine's own time. */
export const systemClock = {
	now: () => Date.now(),
	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		await delay(ms, undefined, signal === undefined ? {} : {signal}).catch((error: unknown) => {
			if (!signal?.aborted) throw error;
		});
	},
} as const;
