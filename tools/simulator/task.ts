import type {Clock} from './clock.ts';
import type {LockTable} from './lock.ts';
import {die, Refusal, texts} from './refusal.ts';
import type {Task, World} from './world.ts';

/** Thrown inside a worker that is killed with -9: no clean-up of the worker runs, only its locks fall. */
export class WorkerKilled extends Error {
	override readonly name = 'WorkerKilled';
}

export interface TaskOrder {
	readonly node: string;
	readonly type: string;
	readonly id: string;
	/** `garm@pve` or `garm@pve!runner`. */
	readonly authid: string;
	/** What the worker does, step by step; it throws what becomes the exit status. */
	readonly work: (worker: Worker) => Promise<void>;
	/** Overrides the outcome: the worker does not act (or acts, and its outcome is hidden). */
	readonly scripted?: {readonly exitstatus: string; readonly log?: readonly string[]; readonly act?: boolean};
}

/** A forked worker: its log, its pauses, and the ways to end it early. */
export class Worker {
	readonly task: Task;
	readonly clock: Clock;
	warnings = 0;
	readonly #held: (worker: Worker, pauses: number) => Promise<void> | undefined;
	#pauses = 0;
	#end: Error | undefined;
	#interrupt: (error: Error) => void = () => undefined;
	readonly #interrupted: Promise<never>;

	constructor(task: Task, clock: Clock, held: (worker: Worker, pauses: number) => Promise<void> | undefined) {
		this.task = task;
		this.clock = clock;
		this.#held = held;
		this.#interrupted = new Promise((_, reject) => {
			this.#interrupt = reject;
		});
		this.#interrupted.catch(() => undefined);
	}

	log(line: string): void {
		this.task.log.push(line);
	}

	/** Writes a warning; the task then ends as `WARNINGS: n`. RESTEnvironment.pm log_warn. */
	warn(line: string): void {
		this.warnings++;
		this.log(`WARN: ${line}`);
	}

	/** Lets genuine milliseconds pass; throws where the worker is ended meanwhile. */
	async pause(genuineMs: number): Promise<void> {
		await this.during(this.clock.sleep(genuineMs));
		this.#pauses++;
		for (let held = this.#held(this, this.#pauses); held !== undefined; held = this.#held(this, this.#pauses)) {
			await this.during(held);
		}
	}

	/** Waits for something; throws where the worker is ended meanwhile. */
	async during<T>(wait: Promise<T>): Promise<T> {
		if (this.#end !== undefined) throw this.#end;
		const result = await Promise.race([wait, this.#interrupted]);
		if (this.#end !== undefined) throw this.#end;
		return result;
	}

	/** Runs `act` while the lock file is held. Tools.pm lock_file_full. */
	async locked<T>(
		locks: LockTable,
		file: string,
		options: {readonly shared?: boolean; readonly timeoutMs: number},
		act: () => Promise<T>,
	): Promise<T> {
		let waited = false;
		const onWait = (): void => {
			waited = true;
			this.log('trying to acquire lock...');
		};
		// A lock file is the node's own.
		const acquiring = locks.acquire(`${this.task.node}:${file}`, {...options, onWait});
		const release = await this.during(acquiring).catch((error: unknown) => {
			// A dead process cannot keep a lock it is given later.
			acquiring.then((late) => late?.()).catch(() => undefined);
			throw error;
		});
		if (release === undefined) throw texts.lockTimeout(file);
		if (waited) this.log(' OK');
		try {
			return await act();
		} finally {
			release();
		}
	}

	kill(): void {
		this.#end = new WorkerKilled('killed');
		this.#interrupt(this.#end);
	}

	/** SIGTERM: the worker's own clean-up runs. API2/Tasks.pm stop_task. */
	terminate(): void {
		this.#end = die('interrupted by signal');
		this.#interrupt(this.#end);
		this.#end = undefined;
	}
}

/** Which workers stand still, and who is told of them. */
export interface HoldOptions {
	readonly type?: string;
	readonly told?: (upid: string) => void;
}

interface Hold {
	readonly pauses: number;
	readonly released: Promise<void>;
	readonly type: string | undefined;
	readonly told: ((upid: string) => void) | undefined;
}

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

/** All tasks of the cluster and the workers that are alive. */
export class TaskTable {
	readonly #world: World;
	readonly #clock: Clock;
	readonly #startMs: number;
	readonly #workers = new Map<string, {readonly worker: Worker; readonly done: Promise<void>}>();
	readonly #others = new Set<Promise<unknown>>();
	readonly #holds = new Set<Hold>();
	#pid = 10_000;

	constructor(world: World, clock: Clock) {
		this.#world = world;
		this.#clock = clock;
		this.#startMs = clock.now();
		for (const task of Object.values(world.tasks)) if (task.status === 'running') end(task, task.starttime);
	}

	/** Process ids never repeat. */
	nextPid(): number {
		return this.#pid++;
	}

	/** How many workers are alive on a node. */
	running(node: string): number {
		let count = 0;
		for (const {worker} of this.#workers.values()) if (worker.task.node === node) count++;
		return count;
	}

	/** Forks a worker and gives its UPID at once. RESTEnvironment.pm fork_worker, Tools.pm upid_encode. */
	fork(order: TaskOrder): string {
		const pid = this.nextPid();
		const starttime = Math.floor(this.#clock.now() / 1000);
		const pstart = 400_000 + Math.floor((this.#clock.now() - this.#startMs) / 10);
		const upid = `UPID:${order.node}:${hex8(pid)}:${hex8(pstart)}:${hex8(starttime)}:${order.type}:${order.id}:${order.authid}:`;
		const [user = '', tokenid] = order.authid.split('!');
		const task: Task = {
			upid,
			node: order.node,
			pid,
			pstart,
			starttime,
			type: order.type,
			id: order.id,
			user,
			...(tokenid === undefined ? {} : {tokenid}),
			status: 'running',
			log: [],
		};
		this.#world.tasks[upid] = task;
		const worker = new Worker(task, this.#clock, (held, pauses) => this.#holdAt(held, pauses));
		const done = this.#run(worker, order).finally(() => this.#workers.delete(upid));
		this.#workers.set(upid, {worker, done});
		return upid;
	}

	async #run(worker: Worker, order: TaskOrder): Promise<void> {
		const {task} = worker;
		try {
			await worker.pause(forkMs);
			if (order.scripted === undefined || order.scripted.act === true) await order.work(worker);
			else await worker.pause(scriptedMs);
			if (worker.warnings > 0) task.exitstatus = `WARNINGS: ${worker.warnings}`;
			else task.exitstatus = 'OK';
		} catch (error) {
			if (error instanceof WorkerKilled) {
				end(task, this.#seconds());
				return;
			}
			task.exitstatus = exitText(error);
		}
		if (order.scripted !== undefined) {
			task.exitstatus = order.scripted.exitstatus;
			task.log.push(...(order.scripted.log ?? []));
		}
		task.log.push(lastLine(task.exitstatus));
		task.endtime = this.#seconds();
		task.status = 'stopped';
	}

	#seconds(): number {
		return Math.floor(this.#clock.now() / 1000);
	}

	/** Kills a worker as `kill -9` does; answers whether it was alive. */
	kill(upid: string): boolean {
		const found = this.#workers.get(upid);
		found?.worker.kill();
		return found !== undefined;
	}

	/**
	 * Makes workers stand still, as SIGSTOP does, once they have made so many pauses: those of one type, or all. Tells
	 * each that stands, and gives the way to let them go on.
	 */
	hold(pauses: number, {type, told}: HoldOptions = {}): () => void {
		let release = (): void => undefined;
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		const hold = {pauses, released, type, told};
		this.#holds.add(hold);
		return () => {
			this.#holds.delete(hold);
			release();
		};
	}

	#holdAt({task}: Worker, pauses: number): Promise<void> | undefined {
		const hold = [...this.#holds].find(
			(each) => pauses >= each.pauses && (each.type === undefined || each.type === task.type),
		);
		hold?.told?.(task.upid);
		return hold?.released;
	}

	/** Kills every worker of a node that lost its power. */
	killNode(node: string): void {
		for (const {worker} of this.#workers.values()) if (worker.task.node === node) worker.kill();
	}

	/** Ends a worker with SIGTERM and waits until it is gone. */
	async stop(upid: string): Promise<void> {
		const found = this.#workers.get(upid);
		if (found === undefined) return;
		found.worker.terminate();
		await found.done;
	}

	/** Counts something that is under way without being a task, such as an act that happens later. */
	track(promise: Promise<unknown>): void {
		const settled = promise.catch(() => undefined).finally(() => this.#others.delete(settled));
		this.#others.add(settled);
	}

	/** Resolves when no task runs and nothing delayed is left to happen. */
	async settle(): Promise<void> {
		while (this.#workers.size > 0 || this.#others.size > 0) {
			await Promise.all([...[...this.#workers.values()].map(({done}) => done), ...this.#others]);
		}
	}
}

// Transcript 04 of 9.2, entry 65: a clone's stub is there for the request behind its POST.
const forkMs = 10;
const scriptedMs = 20;

/** An exception with a code shows it in a task's status, a plain die does not. Exception.pm stringify. */
export function exitText(error: unknown): string {
	if (!(error instanceof Refusal)) return error instanceof Error ? error.message : String(error);
	return error.status === 500 ? error.message : `${error.status} ${error.message}`;
}

function lastLine(exitstatus: string): string {
	if (exitstatus === 'OK') return 'TASK OK';
	if (exitstatus.startsWith('WARNINGS:')) return `TASK ${exitstatus}`;
	return `TASK ERROR: ${exitstatus}`;
}

/** How a task looks whose worker is gone without a word. Tools.pm upid_read_status. */
function end(task: Task, seconds: number): void {
	task.status = 'stopped';
	task.exitstatus = task.log.length === 0 ? 'unable to read tail (got 0 bytes)' : 'unexpected status';
	task.endtime = seconds;
}
