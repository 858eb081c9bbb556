import {readFileSync} from 'node:fs';
import {type ProviderAnswer, startProviderProcess} from '../demo/provider-process.ts';

/** What many provider processes that began together came to. */
export interface FleetResult {
	readonly makespanMs: number;
	readonly failures: readonly string[];
	/** The largest resident set of any of them. */
	readonly peakMiB: number;
}

/** One call of the provider. */
export interface FleetCall {
	readonly env: Readonly<Record<string, string>>;
	readonly input?: string;
}

const lookAtMemoryMs = 200;

/** Starts all calls at once, as GARM does, and waits for the last one. */
export async function runFleet(calls: readonly FleetCall[]): Promise<FleetResult> {
	const began = performance.now();
	const running = calls.map(({env, input}) => startProviderProcess(env, input));
	let peakMiB = 0;
	const watch = setInterval(() => {
		for (const {pid} of running) peakMiB = Math.max(peakMiB, peakOf(pid));
	}, lookAtMemoryMs);
	const answers = await Promise.all(running.map(({answer}) => answer));
	clearInterval(watch);
	return {makespanMs: performance.now() - began, failures: answers.flatMap(failureOf), peakMiB};
}

// proc(5): VmHWM is the peak of the resident set, in KiB; an ended process has none.
function peakOf(pid: number | undefined): number {
	try {
		return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}

function failureOf({exitCode, stderr}: ProviderAnswer): readonly string[] {
	return exitCode === 0 ? [] : [`exit ${exitCode}: ${stderr.trim()}`];
}
