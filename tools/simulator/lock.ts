import type {Clock} from './clock.ts';

export interface LockRequest {
	readonly shared?: boolean;
	/** Genuine milliseconds. */
	readonly timeoutMs: number;
	/** Called once when the lock is not free at once: PVE logs `trying to acquire lock...` then. */
	readonly onWait?: () => void;
}

interface Waiter {
	readonly shared: boolean;
	readonly grant: () => void;
}

/** A set of lock files as flock(2) keeps them: shared or exclusive, first come first served, with timeouts. */
export class LockTable {
	readonly #clock: Clock;
	readonly #files = new Map<string, {shared: number; exclusive: boolean; readonly waiters: Waiter[]}>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Whether somebody holds the file now. */
	isHeld(file: string): boolean {
		const state = this.#files.get(file);
		return state !== undefined && (state.exclusive || state.shared > 0);
	}

	/** Gives the release once the lock is held; `undefined` when the time ran out. */
	async acquire(file: string, request: LockRequest): Promise<(() => void) | undefined> {
		const shared = request.shared === true;
		const state = this.#files.get(file) ?? {shared: 0, exclusive: false, waiters: []};
		this.#files.set(file, state);
		if (!state.exclusive && state.waiters.length === 0 && (shared || state.shared === 0)) {
			return this.#hold(file, shared);
		}
		request.onWait?.();
		return await new Promise((resolve) => {
			const waiter: Waiter = {
				shared,
				grant: () => {
					cancel();
					resolve(this.#hold(file, shared));
				},
			};
			const cancel = this.#clock.after(request.timeoutMs, () => {
				state.waiters.splice(state.waiters.indexOf(waiter), 1);
				resolve(undefined);
				this.#wake(file);
			});
			state.waiters.push(waiter);
		});
	}

	#hold(file: string, shared: boolean): () => void {
		const state = this.#files.get(file);
		if (state === undefined) throw new Error(`no lock state for ${file}`);
		if (shared) state.shared++;
		else state.exclusive = true;
		let held = true;
		return () => {
			if (!held) return;
			held = false;
			if (shared) state.shared--;
			else state.exclusive = false;
			this.#wake(file);
		};
	}

	#wake(file: string): void {
		const state = this.#files.get(file);
		if (state === undefined) return;
		for (let first = state.waiters[0]; first !== undefined; first = state.waiters[0]) {
			if (state.exclusive || (!first.shared && state.shared > 0)) return;
			state.waiters.shift();
			first.grant();
		}
		if (!state.exclusive && state.shared === 0) this.#files.delete(file);
	}
}

/** At most `slots` at once; the others wait in order. */
export class Gate {
	#free: number;
	readonly #waiting: (() => void)[] = [];

	constructor(slots: number) {
		this.#free = slots;
	}

	/** Gives the release once a slot is free. */
	async enter(): Promise<() => void> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		let inside = true;
		return () => {
			if (!inside) return;
			inside = false;
			const next = this.#waiting.shift();
			if (next === undefined) this.#free++;
			else next();
		};
	}
}
