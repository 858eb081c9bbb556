import {type ManualClock, manualClock} from '../simulator/clock.ts';
import {type Simulator, startSimulator, type World} from '../simulator/index.ts';
import type {Answer} from './transcript.ts';

/** A simulated cluster whose time stands still but when it is moved to where the recording is. */
export class Theatre {
	readonly simulator: Simulator;
	readonly clock: ManualClock;

	private constructor(simulator: Simulator, clock: ManualClock) {
		this.simulator = simulator;
		this.clock = clock;
	}

	/** Starts the cluster; its clock shows `startMs`. */
	static async open(world: World, startMs: number): Promise<Theatre> {
		const clock = manualClock(startMs);
		return new Theatre(await startSimulator({world, clock}), clock);
	}

	/** Moves the time on to `ms`; it never goes back. */
	async advanceTo(ms: number): Promise<void> {
		if (ms > this.clock.now()) await this.clock.advance(ms - this.clock.now());
	}

	/** Moves the time on, no further than it takes, until something holds; two minutes at most. */
	async until(holds: () => boolean): Promise<void> {
		const giveUpMs = this.clock.now() + patienceMs;
		while (!holds() && this.clock.now() < giveUpMs) await this.#next();
	}

	/** Moves the time on to the next thing that happens. */
	#next(): Promise<void> {
		return this.clock.advance(Math.max(0, (this.clock.next() ?? 0) - this.clock.now()));
	}

	/**
	 * Sends requests one right behind the other, and moves the time on until all of them are answered. Time stands still
	 * until the simulator has seen each, unless it will not see them before some time has passed.
	 */
	async play(sends: readonly (() => Promise<Answer>)[], {unseen = false} = {}): Promise<readonly Answer[]> {
		const {requests} = this.simulator;
		const first = requests.length;
		const answers: Promise<Answer>[] = [];
		let answered = 0;
		for (const send of sends) {
			const before = requests.length;
			const answer = send();
			answer.finally(() => answered++).catch(() => undefined);
			answers.push(answer);
			await soon(() => requests.length > before || answered === answers.length, unseen ? unseenMs : arrivalMs);
		}
		const giveUpMs = this.clock.now() + patienceMs;
		while (answered < sends.length && this.clock.now() < giveUpMs) {
			// A request that was acted on is on its way back, which takes no simulated time.
			const open = requests.slice(first).some(({status}) => status === 0) || requests.length < first + sends.length;
			if (open) await this.#next();
			else await tick();
		}
		return Promise.all(answers.map((answer) => Promise.race([answer, tick().then(() => late)])));
	}

	close(): Promise<void> {
		return this.simulator.close();
	}
}

const patienceMs = 120_000;
const late: Answer = {status: 0, reason: `not answered within ${patienceMs / 1000} s`, body: null};

/** Milliseconds of the machine's own time that a request is given to arrive. */
const arrivalMs = 30_000;
const unseenMs = 1000;

/** Lets the machine's own time pass, until something holds or so much of it is over. */
async function soon(holds: () => boolean, patience: number): Promise<void> {
	for (const end = Date.now() + patience; !holds() && Date.now() < end; ) await tick();
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
