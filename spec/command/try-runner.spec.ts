import test, {type ExecutionContext} from 'ava';
import {type TrialReport, type TrialStep, tryRunner} from '../../lib/command/try-runner.ts';
import {silentLogger} from '../../lib/log/logger.ts';
import {connectPve} from '../../lib/pve/connect.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';
import {type Simulator, startSimulator} from '../../tools/simulator/index.ts';
import type {Guest} from '../../tools/simulator/world.ts';
import {aRunner} from '../helper/a-vm.ts';
import {quickClock} from '../helper/quick-clock.ts';

interface Outcome {
	readonly report: TrialReport;
	readonly steps: readonly TrialStep[];
	/** Whether guests and volumes are as they were. */
	readonly unchanged: boolean;
}

/** One trial in a world that `disturb` has changed; `whenAsked` changes the runner's VM at an operation. */
async function tryIn(
	t: ExecutionContext,
	disturb: (simulator: Simulator, stop: AbortController) => void = () => {},
	whenAsked: Readonly<Record<string, (vm: Guest) => void>> = {},
): Promise<Outcome> {
	const simulator = await startSimulator();
	t.teardown(() => simulator.close());
	const stop = new AbortController();
	const {world} = simulator;
	disturb(simulator, stop);
	const before = JSON.stringify([world.guests, world.volumes]);
	const old = new Set(Object.keys(world.guests));
	simulator.onRequest((_n, phase, {operation}) => {
		const vm = Object.values(world.guests).find(({vmid}) => !old.has(String(vmid)));
		if (phase === 'before' && vm !== undefined) whenAsked[operation]?.(vm);
	});
	const cluster = connectPve({
		urls: [simulator.url],
		token: {id: simulator.tokenId, secret: simulator.tokenSecret},
		tls: {fingerprint: simulator.fingerprint},
		runnerPool: 'garm',
		requestTimeoutMs: 600_000,
		deadline: deadlineIn(6_000_000, quickClock),
		clock: quickClock,
		logger: silentLogger,
		random: () => 0.5,
	});
	t.teardown(() => cluster.close());
	const steps: TrialStep[] = [];
	const tools = {
		cluster,
		clock: quickClock,
		deadline: deadlineIn(6_000_000, quickClock),
		logger: silentLogger,
		random: () => 0.5,
	};
	const report = await tryRunner(aRunner({resourcePool: 'garm'}), tools, {
		watchMs: 20_000,
		cleanupMs: 6_000_000,
		signal: stop.signal,
		tell: (step) => steps.push(step),
	});
	await simulator.settle();
	return {report, steps, unchanged: JSON.stringify([world.guests, world.volumes]) === before};
}

test('a trial tells what it did in order, and what the guest’s agent says', async (t) => {
	const {report, steps, unchanged} = await tryIn(t);
	t.like(report, {boot: 'answered', removed: true, faults: []});
	t.true(report.addresses.length > 0);
	const names = steps.map(({what}) => what.replace(/ (?:template|the|until).*|,.*/, '')).sort();
	t.deepEqual(names, ['boot', 'clone', 'configure', 'destroy', 'remove', 'start', 'stop', 'upload']);
	t.true(unchanged);
});

test('without an agent in the template a guest that goes on running is all that can be seen', async (t) => {
	const {report, unchanged} = await tryIn(t, ({world}) => {
		Object.assign(world.guests[9000]?.config ?? {}, {agent: '0'});
	});
	t.like(report, {boot: 'ran', removed: true, faults: []});
	t.true(unchanged);
});

test('an agent that stays silent is told, and the runner removed', async (t) => {
	const {report, unchanged} = await tryIn(t, undefined, {
		start: (vm) => Object.assign(vm, {inside: {agentAfterMs: 'never'}}),
	});
	t.like(report, {boot: 'silent', removed: true});
	t.true(unchanged);
});

test('a guest that falls over is told, and the runner removed', async (t) => {
	const {report, unchanged} = await tryIn(t, undefined, {status: (vm) => Object.assign(vm, {power: 'stopped'})});
	t.like(report, {boot: 'stopped', removed: true});
	t.true(unchanged);
});

test('a trial that is stopped before it begins makes nothing', async (t) => {
	const {report, steps, unchanged} = await tryIn(t, (_simulator, stop) => stop.abort());
	t.like(report, {removed: true, faults: ['The trial was interrupted by hand.']});
	t.deepEqual(steps, []);
	t.true(unchanged);
});

test('a trial that is stopped between two steps removes what the first has made', async (t) => {
	const {report, steps, unchanged} = await tryIn(t, ({onRequest}, stop) => {
		onRequest((_n, _phase, {operation}) => {
			if (operation === 'clone') stop.abort();
		});
	});
	t.deepEqual(report.faults, ['The trial was interrupted by hand.']);
	t.true(report.removed);
	t.true(steps.some(({what}) => what.startsWith('clone')) && steps.some(({what}) => what === 'destroy'));
	t.true(unchanged);
});

test('a runner that cannot be removed is told as left', async (t) => {
	const {report, unchanged} = await tryIn(t, undefined, {
		'agent-interfaces': (vm) => Object.assign(vm.config, {protection: '1'}),
	});
	t.false(report.removed);
	t.regex(report.faults.join(), /somebody has protected it/);
	t.false(unchanged);
});
