import type {Caller} from './access.ts';
import type {Datacenter} from './datacenter.ts';
import type {Upload} from './http/multipart.ts';
import {texts} from './refusal.ts';
import type {Parameters} from './schema/verify.ts';
import type {TaskOrder} from './task.ts';

/** Something a fault script adds to a request that is otherwise acted on as usual. */
export interface Twist {
	readonly task?: NonNullable<TaskOrder['scripted']>;
	/** The forked worker is killed after so many genuine milliseconds. */
	readonly killAfterMs?: number;
	/** Runs in the worker just before it acts. */
	readonly beforeWork?: () => void;
	/** Told of the UPID this call forked. */
	readonly onFork?: (upid: string) => void;
}

/** One request that has reached the node that acts on it. */
export interface Call {
	readonly dc: Datacenter;
	/** The node that acts. */
	readonly node: string;
	/** The node that was asked. */
	readonly entry: string;
	readonly caller: Caller;
	readonly parameters: Parameters;
	readonly upload?: Upload;
	readonly twist?: Twist;
}

export type RuleOf = (call: Call) => unknown;

// FACTS section 16: one to three of a hundred forks fail while many workers run.
const busyWorkers = 8;
const failingShare = 0.015;

/** Forks a worker on the acting node (or another) and gives the UPID. RESTEnvironment.pm fork_worker. */
export function fork(call: Call, type: string, id: string | number, work: TaskOrder['work'], node = call.node): string {
	const {dc, caller, twist} = call;
	if (dc.pace === 'genuine' && dc.tasks.running(node) >= busyWorkers && dc.random.fraction() < failingShare) {
		throw texts.noWorker();
	}
	const upid = dc.tasks.fork({
		node,
		type,
		id: String(id),
		authid: caller.authid,
		work: async (worker) => {
			twist?.beforeWork?.();
			await work(worker);
		},
		...(twist?.task === undefined ? {} : {scripted: twist.task}),
	});
	if (twist?.killAfterMs !== undefined) dc.clock.after(twist.killAfterMs, () => dc.tasks.kill(upid));
	twist?.onFork?.(upid);
	return upid;
}

/** Whether a task ends well within so many seconds: what asked for it then answers null instead of its id. */
export async function isOverWithin({dc}: Call, upid: string, seconds: number): Promise<boolean> {
	for (let waitedMs = 0; waitedMs < seconds * 1000; waitedMs += 100) {
		await dc.clock.sleep(100);
		if (dc.world.tasks[upid]?.status === 'stopped') return dc.world.tasks[upid]?.exitstatus === 'OK';
	}
	return false;
}

/** Whether a boolean parameter was given as 1. */
export const isOn = (value: string | undefined): boolean => value === '1';
