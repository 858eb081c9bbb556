// A run that is told to stop needs 3 s at the most, for the answer to its last write.
const longestMs = 4_500;

/** Aborts when the process is told to stop (SIGTERM, SIGINT); a process that goes on for 4.5 s is ended. */
export function stopOf(process: NodeJS.Process): AbortSignal {
	const stop = new AbortController();
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			stop.abort();
			setTimeout(() => process.exit(1), longestMs).unref();
		});
	}
	return stop.signal;
}
