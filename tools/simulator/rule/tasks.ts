import {holdsAll} from '../access.ts';
import type {Call} from '../call.ts';
import {isOn} from '../call.ts';
import {texts} from '../refusal.ts';
import type {Task} from '../world.ts';

const upidShape =
	/^UPID:([a-zA-Z0-9-]+):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/;

/** A task's own user needs no privilege, others Sys.Audit (or Sys.Modify to stop). API2/Tasks.pm, check_task_user. */
function taskOf({dc, node, caller, parameters}: Call, privilege: string): Task {
	const upid = parameters.upid ?? '';
	const shape = upidShape.exec(upid);
	if (shape === null) throw texts.badUpid();
	const owner = shape[7] ?? '';
	const unseparated = caller.token !== undefined && dc.world.access.tokens[caller.authid]?.privsep !== true;
	const own =
		owner === caller.authid || ((caller.token === undefined || unseparated) && owner.split('!')[0] === caller.user);
	if (!own && !holdsAll(dc.world, caller, `/nodes/${node}`, [privilege])) {
		throw texts.permission(`/nodes/${node}`, [privilege]);
	}
	const task = dc.world.tasks[upid];
	if (task === undefined || task.node !== node) throw texts.noTask();
	return task;
}

/** GET tasks/UPID/status. */
export function taskStatus(call: Call): unknown {
	const task = taskOf(call, 'Sys.Audit');
	const {upid, node, pid, pstart, starttime, type, id, user, tokenid, status, exitstatus} = task;
	return {
		...{upid, node, pid, pstart, starttime, type, id, user, status},
		...(tokenid === undefined ? {} : {tokenid}),
		...(status === 'stopped' ? {exitstatus} : {}),
	};
}

/** GET tasks/UPID/log: `total` lies beside `data`. */
export function taskLog(call: Call): unknown {
	const {log} = taskOf(call, 'Sys.Audit');
	const start = Number(call.parameters.start ?? 0);
	const limit = Number(call.parameters.limit ?? 50);
	const lines = log.length === 0 ? ['no content'] : log;
	const data = lines.map((t, index) => ({n: index + 1, t})).slice(start, limit === 0 ? undefined : start + limit);
	return withTotal(data, lines.length);
}

/** DELETE tasks/UPID: ends the worker and waits for it; an ended task is fine. API2/Tasks.pm stop_task. */
export async function stopTask(call: Call): Promise<null> {
	const {upid, status} = taskOf(call, 'Sys.Modify');
	if (status === 'running') await call.dc.tasks.stop(upid);
	return null;
}

/** GET /nodes/N/tasks. API2/Tasks.pm node_tasks: only own tasks without Sys.Audit; `source=active` shows the running. */
export function listTasks(call: Call): unknown {
	const {node, parameters} = call;
	const {source = 'archive', typefilter, vmid, userfilter, since, until} = parameters;
	const found = visible(call, node)
		.filter((task) => source === 'all' || (source === 'active') === (task.status === 'running'))
		.filter((task) => typefilter === undefined || task.type === typefilter)
		.filter((task) => vmid === undefined || task.id === vmid)
		.filter((task) => userfilter === undefined || task.user.includes(userfilter))
		.filter((task) => since === undefined || task.starttime >= Number(since))
		.filter((task) => until === undefined || task.starttime <= Number(until))
		.filter((task) => !isOn(parameters.errors) || (task.exitstatus !== undefined && task.exitstatus !== 'OK'));
	const start = Number(parameters.start ?? 0);
	const rows = found.slice(start, start + Number(parameters.limit ?? 50)).map((task) => row(task, source));
	return withTotal(rows, found.length);
}

const clusterTasksPerNode = 25;

/** GET /cluster/tasks: the newest 25 of each node. API2/Cluster.pm tasks. */
export function clusterTasks(call: Call): unknown {
	return Object.keys(call.dc.world.nodes).flatMap((node) =>
		visible(call, node)
			.slice(0, clusterTasksPerNode)
			.map((task) => clusterRow(task)),
	);
}

/** pvestatd passes on less of a task than its node tells: a process id while it runs, and never when that began. */
function clusterRow(task: Task): Readonly<Record<string, unknown>> {
	const {pid, pstart: _pstart, ...shown} = row(task, 'archive');
	return task.status === 'running' ? {...shown, pid, saved: '0'} : {...shown, saved: '1'};
}

function visible({dc, caller}: Call, node: string): readonly Task[] {
	const all = holdsAll(dc.world, caller, `/nodes/${node}`, ['Sys.Audit']);
	return Object.values(dc.world.tasks)
		.filter((task) => task.node === node)
		.filter(
			(task) => all || (task.user === caller.user && (caller.token === undefined || task.tokenid === caller.token)),
		)
		.reverse();
}

function row(task: Task, source: string): Readonly<Record<string, unknown>> {
	const {upid, node, pid, pstart, starttime, endtime, type, id, user, tokenid, exitstatus} = task;
	const common = {upid, node, pid, pstart, starttime, type, id};
	if (source === 'active') {
		return {...common, user: tokenid === undefined ? user : `${user}!${tokenid}`, status: 'RUNNING', saved: '0'};
	}
	return {
		...common,
		user,
		...(tokenid === undefined ? {} : {tokenid}),
		...(endtime === undefined ? {} : {endtime}),
		...(exitstatus === undefined ? {} : {status: exitstatus}),
	};
}

/** An answer whose envelope carries more than `data`. */
export interface Totalled {
	readonly data: readonly unknown[];
	readonly total: number;
	readonly totalled: true;
}

function withTotal(data: readonly unknown[], total: number): Totalled {
	return {data, total, totalled: true};
}

/** Whether an answer brings its own `total`. */
export const isTotalled = (answer: unknown): answer is Totalled =>
	typeof answer === 'object' && answer !== null && 'totalled' in answer;
