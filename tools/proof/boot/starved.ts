import {readdirSync, readFileSync} from 'node:fs';

/**
 * Milliseconds that the busiest thread of a process has waited for a processor: on a machine that others use too, no
 * fault of the process. Linux Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat: the second number, in ns.
 */
export function starvedMs(pid: number | undefined): number {
	if (pid === undefined) return 0;
	const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
	return Math.max(0, ...threads.map((thread) => waitedNs(`/proc/${pid}/task/${thread}/schedstat`))) / 1e6;
}

function waitedNs(file: string): number {
	return Number(unlessGone(() => readFileSync(file, 'utf8'))?.split(' ')[1] ?? 0);
}

/** Threads end while we look, and a kernel may keep no such book. */
function unlessGone<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
