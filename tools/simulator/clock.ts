/** How fast the simulated cluster lives: as the recorded one, or a hundred times faster and without random failures. */
export type Pace = 'genuine' | 'instant';

/** The simulator's time. All durations given to it are genuine PVE milliseconds; the pace shortens them. */
export interface Clock {
	/** Milliseconds since 1970 on the clock the API shows. */
	readonly now: () => number;
	/** Genuine milliseconds that lie between two readings of `now`. */
	readonly genuine: (elapsedMs: number) => number;
	/** Waits; a duration that the pace makes shorter than a third of a millisecond does not wait at all. */
	readonly sleep: (genuineMs: number) => Promise<void>;
	/** Calls once, later; gives the way to call it off. */
	readonly after: (genuineMs: number, act: () => void) => () => void;
	/** Calls again and again; gives the way to call it off. */
	readonly every: (genuineMs: number, act: () => void) => () => void;
	/** Forgets every timer: nothing of it fires any more. */
	readonly stop: () => void;
}

/** A clock that advances only when it is told to, for specs. */
export interface ManualClock extends Clock {
	/** Moves the time and fires what has become due, in order. */
	readonly advance: (genuineMs: number) => Promise<void>;
	/** When the next timer is due. */
	readonly next: () => number | undefined;
}

const factors = {genuine: 1, instant: 0.01} as const satisfies Record<Pace, number>;
const shortestMs = 0.3;

/** A clock on the computer's time, shortened by the pace. */
export function realClock(pace: Pace): Clock {
	const factor = factors[pace];
	const timers = new Set<NodeJS.Timeout>();
	const after = (genuineMs: number, act: () => void): (() => void) => {
		const timer = setTimeout(() => {
			timers.delete(timer);
			act();
		}, genuineMs * factor);
		timers.add(timer);
		return () => {
			timers.delete(timer);
			clearTimeout(timer);
		};
	};
	return {
		now: () => Date.now(),
		genuine: (elapsedMs) => elapsedMs / factor,
		after,
		sleep: (genuineMs) =>
			genuineMs * factor < shortestMs ? Promise.resolve() : new Promise((resolve) => after(genuineMs, resolve)),
		every(genuineMs, act) {
			const timer = setInterval(act, genuineMs * factor);
			timers.add(timer);
			return () => {
				timers.delete(timer);
				clearInterval(timer);
			};
		},
		stop() {
			for (const timer of timers) clearTimeout(timer);
			timers.clear();
		},
	};
}

interface Due {
	readonly at: number;
	readonly act: () => void;
}

/** A clock for specs that hold time in their hands; it begins at `startMs`. */
export function manualClock(startMs = 1_795_000_000_000): ManualClock {
	let nowMs = startMs;
	const due = new Set<Due>();
	const after = (genuineMs: number, act: () => void): (() => void) => {
		const entry: Due = {at: nowMs + genuineMs, act};
		due.add(entry);
		return () => due.delete(entry);
	};
	const every = (genuineMs: number, act: () => void): (() => void) => {
		let cancel = (): void => undefined;
		const again = (): void => {
			cancel = after(genuineMs, again);
			act();
		};
		cancel = after(genuineMs, again);
		return () => cancel();
	};
	return {
		now: () => nowMs,
		genuine: (elapsedMs) => elapsedMs,
		after,
		every,
		sleep: (genuineMs) => (genuineMs <= 0 ? Promise.resolve() : new Promise((resolve) => after(genuineMs, resolve))),
		stop: () => due.clear(),
		next: () => (due.size === 0 ? undefined : Math.min(...[...due].map(({at}) => at))),
		async advance(genuineMs) {
			const end = nowMs + genuineMs;
			for (;;) {
				await new Promise((resolve) => setImmediate(resolve));
				const next = [...due].filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
				if (next === undefined) break;
				due.delete(next);
				nowMs = Math.max(nowMs, next.at);
				next.act();
			}
			nowMs = end;
			await new Promise((resolve) => setImmediate(resolve));
		},
	};
}
