/** Lets at most `width` works run at a time; the others wait their turn. */
export function createGate(width: number): <T>(work: () => Promise<T>) => Promise<T> {
	const waiting: (() => void)[] = [];
	let free = width;
	return async (work) => {
		if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
		else free--;
		try {
			return await work();
		} finally {
			// A place is handed on, never freed for a newcomer while somebody waits.
			const next = waiting.shift();
			if (next === undefined) free++;
			else next();
		}
	};
}
