import test, {type ExecutionContext} from 'ava';
import {createInstance} from '../../lib/command/create-instance.ts';
import {deleteInstance} from '../../lib/command/delete-instance.ts';
import {removeAllInstances} from '../../lib/command/remove-all-instances.ts';
import type {CommandTools} from '../../lib/command/tools.ts';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import type {Deadline} from '../../lib/time/deadline.ts';
import {startSimulator} from '../../tools/simulator/index.ts';
import {putRunner, putSeed} from '../helper/a-world.ts';
import {budgetMs, type Stage, stageOn} from '../helper/with-simulator.ts';

type Phase = 'before' | 'after';
type Command = (runner: DesiredRunner, tools: CommandTools) => Promise<unknown>;

/** A run is dead: nothing of it asks, waits or cleans up any more. */
class Killed extends Error {
	override readonly name = 'Killed';
}

/** How a matrix begins, what is cut off, what goes on afterwards, and what then has to be true of the runner. */
interface Matrix {
	/** What an earlier run has left. */
	readonly given?: (stage: Stage, runner: DesiredRunner) => unknown;
	readonly cut: Command;
	readonly next: Command;
	readonly ends: 'one started VM' | 'nothing';
}

const create: Command = (runner, tools) => createInstance(runner, tools, {cleanupMs: budgetMs});
const remove: Command = (runner, tools) => deleteInstance(runner, tools);

/**
 * Cuts a command off at its k-th request, before the request acts or after it has acted, for every k there is; each
 * time with a runner of its own on the same cluster.
 */
const cutEverywhere = test.macro(async (t: ExecutionContext, matrix: Matrix, phase: Phase) => {
	const simulator = await startSimulator({world: 'cluster'});
	const stage = stageOn(simulator);
	try {
		for (let k = 1; ; k++) {
			const runner = stage.runner({name: `r-${k}`, machine: {cores: 4, diskGiB: 20}});
			await matrix.given?.(stage, runner);
			const cut = await runUntil(stage, k, phase, (tools) => matrix.cut(runner, tools));
			await stage.run((tools) => matrix.next(runner, tools));
			await simulator.settle();
			expectWorld(t, stage, runner, matrix.ends, `cut ${phase} request ${k}`);
			if (!cut) {
				t.true(k > 3, 'it was cut at many requests');
				return;
			}
			if (matrix.ends === 'one started VM') await stage.run((tools) => remove(runner, tools));
		}
	} finally {
		await simulator.close();
	}
});

/** Whether `work` was killed at its k-th request; false where it ended before. */
async function runUntil(
	{simulator, run}: Stage,
	k: number,
	phase: Phase,
	work: (tools: CommandTools) => Promise<unknown>,
): Promise<boolean> {
	let dead = false;
	let kill = (): void => undefined;
	const killed = new Promise<void>((resolve) => {
		kill = resolve;
	});
	let count = 0;
	const stop = simulator.onRequest((_, at, {operation}) => {
		// A look at a task finds the world as the request that began the task has left it.
		if (dead || at !== phase || operation === 'task-status' || ++count < k) return undefined;
		dead = true;
		kill();
		// Its answer never comes; what was only about to be asked never happens.
		return new Promise<never>(() => undefined);
	});
	const mortal = (own: Deadline): Deadline => ({
		...own,
		check(waitedFor) {
			if (dead) throw new Killed();
			own.check(waitedFor);
		},
		renew(budgetMs) {
			if (dead) throw new Killed();
			own.renew(budgetMs);
		},
	});
	try {
		await run((tools) => Promise.race([work(tools), killed]), {deadline: mortal});
	} finally {
		stop();
	}
	return dead;
}

function expectWorld(
	t: ExecutionContext,
	stage: Stage,
	runner: DesiredRunner,
	ends: Matrix['ends'],
	when: string,
): void {
	if (ends === 'nothing') {
		t.deepEqual(stage.changes(), [], when);
		return;
	}
	const vms = stage.runners().map(({mark, power}) => [mark.runner, power]);
	t.deepEqual(vms, [[runner.name, 'running']], when);
	const {config} = stage.vmOf(runner.name);
	t.like(config, {cores: '4', onboot: '0', protection: '0'}, when);
	t.regex(config.scsi0 ?? '', /,size=20G$/, when);
	t.true(config.ide2?.startsWith(`${runner.seed.storage}:iso/${runner.seed.fileName},`), when);
	const seeds = Object.values(stage.world.volumes).filter(({content}) => content === 'iso');
	t.is(seeds.length, 1, when);
}

function finished({world}: Stage, {name, seed}: DesiredRunner): void {
	putRunner(world, name, 'n2', {config: {ide2: `${putSeed(world, name, seed.storage, null)},media=cdrom,size=2K`}});
}

const matrices: readonly (readonly [string, Matrix])[] = [
	['a create that is cut off is finished by the next one', {cut: create, next: create, ends: 'one started VM'}],
	['a create that is cut off is removed by a delete', {cut: create, next: remove, ends: 'nothing'}],
	[
		'a delete that is cut off is finished by the next one',
		{given: finished, cut: remove, next: remove, ends: 'nothing'},
	],
	[
		'a create after a delete that is cut off makes the runner',
		{
			given: (stage, runner) => stage.run((tools) => create(runner, tools)),
			cut: remove,
			next: create,
			ends: 'one started VM',
		},
	],
	[
		'a create that is cut off is removed with everything else',
		{
			cut: create,
			next: (runner, tools) => removeAllInstances(runner, tools, budgetMs),
			ends: 'nothing',
		},
	],
];
for (const [title, matrix] of matrices) {
	test(`${title}: before each request`, cutEverywhere, matrix, 'before');
	test(`${title}: after each request`, cutEverywhere, matrix, 'after');
}
