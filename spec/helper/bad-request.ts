import {isFault} from '../../lib/fault.ts';

/** The reasons of the `bad-request` that `work` throws; the empty list where it throws none. */
export function reasonsFrom(work: () => unknown): readonly string[] {
	try {
		work();
		return [];
	} catch (error) {
		return reasonsIn(error);
	}
}

/** The same for work that takes time. */
export async function reasonsLater(work: () => Promise<unknown>): Promise<readonly string[]> {
	try {
		await work();
		return [];
	} catch (error) {
		return reasonsIn(error);
	}
}

function reasonsIn(error: unknown): readonly string[] {
	if (!isFault(error, 'bad-request')) throw error;
	return error.reasons;
}
