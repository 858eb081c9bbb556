import test from 'ava';
import {type Plan, reconcile, type World} from '../../lib/command/reconcile.ts';
import {Fault, type FaultCode} from '../../lib/fault.ts';
import {silentLogger} from '../../lib/log/logger.ts';
import type {Step} from '../../lib/runner/step.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';
import {aLook} from '../helper/a-vm.ts';
import {fastClock} from '../pve/with-script.ts';

const start: Step = {do: 'start', vmid: 100, node: 'pve'};
const fault = (code: FaultCode, kind?: string) => new Fault(code, `the ${code}`, {facts: {kind}});

/** A world whose looks and acts fail as told, each for so many times, and that needs one start. */
function runs(failures: {readonly looks?: Fault; readonly acts?: Fault; readonly times?: number}) {
	const clock = fastClock();
	const began = clock.now();
	const deadline = deadlineIn(600_000, clock);
	let left = failures.times ?? Number.POSITIVE_INFINITY;
	let started = false;
	const failing = (error: Fault | undefined): void => {
		if (error !== undefined && left-- > 0) throw error;
	};
	const world: World = {
		async observe() {
			failing(failures.looks);
			return aLook();
		},
		async act() {
			failing(failures.acts);
			started = true;
		},
		recordFailure() {},
	};
	const next: Plan = () => (started ? [] : [start]);
	const ended = reconcile(world, next, {clock, deadline, logger: silentLogger, random: () => 0.5});
	return {ended, lasted: () => clock.now() - began};
}

test('a look that fails for a while is made again', async (t) => {
	for (const code of ['busy', 'unreachable'] as const) {
		await runs({looks: fault(code), times: 5}).ended;
		t.pass();
	}
});

test('what is not to be reached for two minutes ends the run, and is what it tells', async (t) => {
	for (const failures of [{looks: fault('unreachable')}, {acts: fault('unreachable')}]) {
		const {ended, lasted} = runs(failures);
		await t.throwsAsync(ended, {message: 'the unreachable'});
		t.true(lasted() >= 120_000 && lasted() < 130_000, String(lasted()));
	}
});

test('who is busy is waited for until the deadline', async (t) => {
	const {ended, lasted} = runs({acts: fault('busy')});
	await t.throwsAsync(ended, {message: 'Gave up after 600 s, waiting for the busy.'});
	t.is(lasted(), 600_000);
});

test('what no later try can mend ends the run at once', async (t) => {
	for (const error of [fault('refused'), fault('task-failed'), fault('bad-request'), fault('unreachable', 'tls')]) {
		for (const failures of [{looks: error}, {acts: error}]) {
			const {ended, lasted} = runs(failures);
			await t.throwsAsync(ended, {message: error.message});
			t.is(lasted(), 0);
		}
	}
});
