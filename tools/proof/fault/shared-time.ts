import type {Clock} from '../../simulator/clock.ts';

/** Time that a provider and a simulated cluster in one process share; it passes only while both have nothing to do. */
export interface SharedTime extends Clock {
	/** Ends early where the signal aborts. */
	readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** Tells that something is under way which is no wait. */
	readonly touch: () => void;
	/** Time stands still until the function that this gives is called. */
	readonly hold: () => () => void;
}

interface Due {
	readonly at: number;
	readonly act: () => void;
}

// What is sent over loopback is there at once: a few turns of the event loop without anything new mean that all wait.
const quietTurns = 25;
const quietMs = 0.25;

/** A clock that begins at `startMs` and leaps from one due moment to the next. */
export function sharedTime(startMs = 1_795_000_000_000): SharedTime {
	const due = new Set<Due>();
	let nowMs = startMs;
	let holds = 0;
	let turns = 0;
	let touchedAt = performance.now();
	let pumping = false;
	let stopped = false;

	const touch = (): void => {
		turns = 0;
		touchedAt = performance.now();
	};
	const pump = (): void => {
		if (stopped || due.size === 0) {
			pumping = false;
			return;
		}
		turns++;
		if (holds === 0 && turns >= quietTurns && performance.now() - touchedAt >= quietMs) leap();
		setImmediate(pump);
	};
	const leap = (): void => {
		let next: Due | undefined;
		for (const each of due) if (next === undefined || each.at < next.at) next = each;
		if (next === undefined) return;
		due.delete(next);
		nowMs = Math.max(nowMs, next.at);
		touch();
		next.act();
	};
	const after = (ms: number, act: () => void): (() => void) => {
		const entry: Due = {at: nowMs + ms, act};
		due.add(entry);
		touch();
		if (!pumping && !stopped) {
			pumping = true;
			setImmediate(pump);
		}
		return () => due.delete(entry);
	};

	return {
		touch,
		after,
		now: () => nowMs,
		genuine: (elapsedMs) => elapsedMs,
		hold() {
			holds++;
			let held = true;
			return () => {
				if (held) holds--;
				held = false;
				touch();
			};
		},
		sleep(ms, signal?: AbortSignal) {
			if (ms <= 0 || signal?.aborted) return Promise.resolve();
			return new Promise((resolve) => {
				const end = (): void => {
					callOff();
					signal?.removeEventListener('abort', end);
					resolve();
				};
				const callOff = after(ms, end);
				signal?.addEventListener('abort', end);
			});
		},
		every(ms, act) {
			let callOff = (): void => undefined;
			const again = (): void => {
				callOff = after(ms, again);
				act();
			};
			callOff = after(ms, again);
			return () => callOff();
		},
		stop() {
			stopped = true;
			due.clear();
		},
	};
}
