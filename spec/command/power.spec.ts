import test from 'ava';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import {runnerName, slot} from '../helper/a-vm.ts';
import {putRunner, setState} from '../helper/a-world.ts';
import {failsWith, halfMadeClone, withSimulator} from '../helper/with-simulator.ts';

const cluster = {world: 'cluster'} as const;

test(
	'a runner is stopped and started, and doing it twice changes nothing',
	withSimulator(cluster, async (t, stage) => {
		await stage.create();
		const power = () => stage.vmOf(runnerName).power;
		await stage.setPower('running');
		t.deepEqual([power(), stage.asked('start')], ['running', 1]);
		await stage.setPower('stopped');
		await stage.setPower('stopped');
		t.deepEqual([power(), stage.asked('stop')], ['stopped', 1]);
		await stage.setPower('running');
		await stage.setPower('running');
		t.deepEqual([power(), stage.asked('start')], ['running', 2]);
	}),
);

test(
	'a stop and a start at once end well also where somebody else was quicker',
	withSimulator(cluster, async (t, stage) => {
		await stage.create();
		await Promise.all([1, 2, 3].map(() => stage.setPower('stopped')));
		t.is(stage.vmOf(runnerName).power, 'stopped');
		await Promise.all([1, 2, 3].map(() => stage.setPower('running')));
		t.is(stage.vmOf(runnerName).power, 'running');
	}),
);

test(
	'a paused runner goes on',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1');
		Object.assign(stage.world.guests[slot] ?? {}, {power: 'paused'});
		t.is((await stage.get()).power, 'paused');
		await stage.setPower('running');
		t.is(stage.vmOf(runnerName).power, 'running');
		t.is(stage.asked('start'), 0);
	}),
);

test(
	'a start right after a stop waits for the lock that PVE 9 holds meanwhile',
	withSimulator({}, async (t, stage) => {
		await stage.create();
		await stage.setPower('stopped');
		await stage.setPower('running');
		await stage.setPower('stopped');
		t.is(stage.vmOf(runnerName).power, 'stopped');
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a runner that is not there cannot be started or stopped, and nothing is begun',
	withSimulator(cluster, async (t, stage) => {
		for (const power of ['running', 'stopped'] as const) {
			t.regex(
				await failsWith(t, stage.setPower(power), 'not-found'),
				/There is no runner garm-ny9heeqyw2rl of controller/,
			);
		}
		t.is(stage.asked('start') + stage.asked('stop'), 0);
	}),
);

test(
	'a runner is started where it has moved to',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1');
		for (const [power, operation] of [
			['stopped', 'stop'],
			['running', 'start'],
		] as const) {
			const stop = stage.simulator.onRequest((_, phase, request) => {
				if (request.operation !== operation || phase !== 'before') return;
				stop();
				stage.simulator.migrate(slot, power === 'stopped' ? 'n2' : 'n3');
			});
			await stage.setPower(power);
			t.is(stage.vmOf(runnerName).power, power);
		}
		t.is(stage.vmOf(runnerName).node, 'n3');
	}),
);

for (const [wanted, was] of [
	['stopped', 'running'],
	['running', 'stopped'],
] as const) {
	test(
		`a VM whose mark is gone by the time of the act that leaves it ${wanted} stays ${was}`,
		withSimulator(cluster, async (t, stage) => {
			const vm = stage.world.guests[putRunner(stage.world, runnerName, 'n1')];
			Object.assign(vm ?? {}, {power: was});
			let reads = 0;
			stage.simulator.onRequest((_, phase, {operation}) => {
				if (operation !== 'config-get' || phase !== 'before' || ++reads !== 2) return;
				Object.assign(vm?.config ?? {}, {description: 'payroll'});
			});
			await failsWith(t, stage.setPower(wanted), 'not-found');
			t.is(vm?.power, was);
		}),
	);
}

test(
	'locks, a clone under way and lost answers are waited out',
	withSimulator(cluster, async (t, stage) => {
		const {letGo} = await halfMadeClone(stage);
		const starting = stage.setPower('running');
		await letGo();
		await starting;
		t.is(stage.vmOf(runnerName).power, 'running');
		stage.simulator.faults.add(
			{match: {operation: 'resources'}, nth: 1, effect: {kind: 'lock', vmid: slot, lock: 'snapshot', ms: 2000}},
			{match: {operation: 'stop'}, nth: 1, effect: {kind: 'drop-answer'}},
		);
		await stage.setPower('stopped');
		t.is(stage.vmOf(runnerName).power, 'stopped');
	}),
);

test(
	'a runner on a node that is off line is neither started nor called absent',
	withSimulator({world: setState(clusterWorld(), 'n3', 'dead')}, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n3');
		t.regex(await failsWith(t, stage.setPower('running'), 'unreachable'), /its node n3 is off line/);
	}),
);

test(
	'a start that fails tells why',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1', {config: {ide2: 'shared:iso/gone.iso,media=cdrom'}});
		Object.assign(stage.world.guests[slot] ?? {}, {power: 'stopped'});
		t.regex(await failsWith(t, stage.setPower('running'), 'refused'), /volume 'shared:iso\/gone\.iso' does not exist/);
		t.is(stage.vmOf(runnerName).power, 'stopped');
	}),
);
