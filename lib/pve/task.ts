import {Fault} from '../fault.ts';
import type {Logger} from '../log/logger.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';
import {withJitter} from './backoff.ts';
import {BadAnswer} from './bad-answer.ts';
import {readRow, textIn} from './decode.ts';
import type {Engine} from './engine.ts';
import {NoReply} from './no-reply.ts';
import {isPassing} from './retry.ts';
import {TaskFailure} from './task-failure.ts';
import {readLogEnd} from './task-log.ts';
import type {Upid} from './upid.ts';

export interface TaskWorld {
	readonly engine: Engine;
	readonly clock: Clock;
	readonly deadline: Deadline;
	readonly logger: Logger;
	readonly random: () => number;
	/** Before the first look, the second, ...; the last one goes on. */
	readonly pollDelaysMs: readonly number[];
}

// The index of tasks lags behind the answer that names a task.
const unlistedForMs = 10_000;

/** Ends when the task has ended well; throws `TaskFailure` when badly, a Fault when nobody can tell. */
export async function awaitTask(world: TaskWorld, upid: Upid): Promise<void> {
	const exitStatus = await awaitExit(world, upid);
	if (exitStatus === 'OK') return;
	const log = await readLogEnd(world.engine, upid);
	// pve-common UPID.pm status_is_error: warnings are no error.
	if (!/^WARNINGS: \d+$/.test(exitStatus)) throw new TaskFailure(upid, exitStatus, log);
	for (const line of warningsIn(log)) world.logger.warn('A PVE task warned', {task: upid.text, line});
}

async function awaitExit(world: TaskWorld, upid: Upid): Promise<string> {
	const {clock, deadline, pollDelaysMs, random} = world;
	const began = clock.now();
	for (let looks = 0; ; looks++) {
		const delay = withJitter(pollDelaysMs[Math.min(looks, pollDelaysMs.length - 1)] ?? 1_000, random);
		await clock.sleep(Math.min(delay, deadline.remainingMs()), deadline.stop);
		deadline.check(`the PVE task ${upid.text}`);
		try {
			const exitStatus = await lookAt(world.engine, upid);
			if (exitStatus !== undefined) return exitStatus;
		} catch (error) {
			if (isUnlisted(error) && clock.now() - began >= unlistedForMs) throw lostTask(upid);
			if (!isUnlisted(error) && !mayPass(error)) throw error;
		}
	}
}

/** The exit status of a task that has ended; absent while it runs. */
async function lookAt(engine: Engine, {node, text}: Upid): Promise<string | undefined> {
	const path = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(text)}/status`;
	const {data} = await engine.with({retries: false}).ask({method: 'GET', path});
	const row = readRow(data, 'the status of a task');
	if (textIn(row, 'status') !== 'stopped') return undefined;
	return textIn(row, 'exitstatus') ?? 'unexpected status';
}

function isUnlisted(error: unknown): boolean {
	return error instanceof BadAnswer && error.status === 400 && error.fields.upid === 'no such task';
}

function mayPass(error: unknown): boolean {
	if (error instanceof NoReply) return error.stage !== 'tls';
	if (error instanceof BadAnswer) return !error.whole || isPassing(error.status) || error.status === 500;
	return false;
}

function lostTask({text}: Upid): Fault {
	return new Fault(
		'unreachable',
		`PVE does not know its own task ${text}. Whether it was carried out has to be looked up.`,
		{facts: {kind: 'outcome-unknown', task: text}},
	);
}

function warningsIn(log: readonly string[]): readonly string[] {
	const telling = log.filter((line) => /^WARN|Could not remove/.test(line));
	return telling.length > 0 ? telling : log;
}
