import test from 'ava';
import {writeNotes} from '../../lib/runner/mark.ts';
import {aForeignVm, put, templatePool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import type {World} from '../../tools/simulator/world.ts';
import {aMark, controller, otherController, runnerName, slot} from '../helper/a-vm.ts';
import {putRunner, putSeed, setState} from '../helper/a-world.ts';
import {failsWith, halfMadeClone, withSimulator} from '../helper/with-simulator.ts';

const cluster = {world: 'cluster'} as const;

/** A cluster with runners of two controllers, tagged and not, in and out of the range, and VMs of other people. */
function busyWorld(): World {
	const world = clusterWorld();
	putRunner(world, 'r-1', 'n1');
	putRunner(world, 'r-2', 'n2', {tags: false});
	putRunner(world, 'r-3', 'n3', {pool: ''});
	putRunner(world, 'r-far', 'n3', {vmid: 7000, tags: false, config: {name: 'renamed-by-hand'}});
	putRunner(world, 'r-theirs', 'n1', {owner: otherController});
	putRunner(world, runnerName, 'n2', {owner: otherController});
	putSeed(world, 'r-1', 'shared', null);
	putSeed(world, 'r-lost', 'shared', null);
	putSeed(world, 'r-theirs', 'shared', null, otherController);
	put(world, aForeignVm(slot, 'n1', runnerName));
	const copy = aForeignVm(400, 'n2', 'copy');
	copy.config.description = writeNotes(aMark());
	put(world, copy);
	world.pools[templatePool]?.vms.push(slot, 400);
	return world;
}

test(
	'everything of the controller goes, tagged or not and wherever it is; of all others nothing is touched',
	withSimulator({world: busyWorld()}, async (t, stage) => {
		const before = JSON.stringify(others(stage.world));
		await stage.removeAll();
		t.deepEqual(
			stage
				.runners()
				.map(({mark}) => [mark.controller, mark.runner])
				.sort(),
			[
				[otherController, runnerName],
				[otherController, 'r-theirs'],
			],
		);
		t.is(JSON.stringify(others(stage.world)), before);
		t.deepEqual(
			stage
				.changes()
				.filter((line) => line.startsWith('- volume'))
				.sort(),
			['r-1', 'r-lost'].map((name) => `- volume ${putSeed(clusterWorld(), name, 'shared', null)}`).sort(),
		);
		await stage.removeAll({controller: otherController});
		t.deepEqual(stage.runners(), []);
		t.is(stage.world.guests[slot]?.power, 'running');
		t.is(stage.world.guests[400]?.power, 'running');
	}),
);

/** Every guest whose notes do not name the controller, to the letter; the copy's notes prove nothing. */
function others({guests}: World): readonly unknown[] {
	return Object.values(guests).filter(({vmid, config}) => vmid === 400 || !config.description?.includes(controller));
}

test(
	'where nothing is left of the controller, removing all ends well',
	withSimulator(cluster, async (t, stage) => {
		await stage.removeAll();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'two that remove all at once end well both',
	withSimulator({world: busyWorld()}, async (t, stage) => {
		await Promise.all([stage.removeAll(), stage.removeAll(), stage.removeAll({controller: otherController})]);
		t.deepEqual(stage.runners(), []);
	}),
);

test(
	'what cannot be removed is told name by name, and everything else goes',
	withSimulator({world: busyWorld()}, async (t, stage) => {
		const locked = putRunner(stage.world, 'r-protected', 'n1', {config: {protection: '1'}});
		const lost = putRunner(stage.world, 'r-unmarked', 'n2');
		Object.assign(stage.world.guests[lost]?.config ?? {}, {description: 'edited'});
		const message = await failsWith(t, stage.removeAll(), 'refused');
		t.regex(message, /^Unable to remove 2 runners of this controller\./);
		t.regex(message, new RegExp(`r-protected: Unable to remove VM ${locked}: somebody has protected it`));
		t.regex(
			message,
			new RegExp(`r-unmarked: VM ${lost} on node n2 is tagged as runner r-unmarked, but its notes have lost`),
		);
		t.deepEqual(
			stage
				.runners()
				.filter(({mark}) => mark.controller === controller)
				.map(({mark}) => mark.runner),
			['r-protected'],
		);
		t.is(stage.world.guests[lost]?.power, 'running');
	}),
);

test(
	'a clone that is under way is waited for, and goes too',
	withSimulator(cluster, async (t, stage) => {
		const {letGo} = await halfMadeClone(stage);
		let asked = 0;
		const stop = stage.simulator.onRequest((_, phase, {operation}) => {
			if (operation !== 'tasks' || phase !== 'before' || ++asked < 6) return;
			stop();
			void letGo();
		});
		await stage.removeAll();
		t.deepEqual(stage.changes(), []);
	}),
);

for (const since of ['long', 'minute'] as const) {
	test(
		`removing all fails where a node died (${since}) with a runner on it, and everything else goes`,
		withSimulator({world: setState(busyWorld(), 'n3', 'dead', since)}, async (t, stage) => {
			const error = await t.throwsAsync(stage.removeAll());
			t.regex(error?.message ?? '', /r-3: VM \d+ is runner r-3, but its node n3 is off line/);
			t.deepEqual(
				stage
					.runners()
					.filter(({mark}) => mark.controller === controller)
					.map(({mark}) => mark.runner)
					.sort(),
				['r-3', 'r-far'],
			);
		}),
	);
}

test(
	'removing all fails where nobody can tell whose an untagged VM in the range is',
	withSimulator({world: setState(clusterWorld(), 'n3', 'dead')}, async (t, stage) => {
		const vmid = putRunner(stage.world, 'r-untagged', 'n3', {tags: false});
		const message = await failsWith(t, stage.removeAll(), 'unreachable');
		t.regex(message, new RegExp(`Nobody can tell whether VM ${vmid} is a runner`));
	}),
);

test(
	'rows of VMs that are gone already hold nobody up',
	withSimulator(cluster, async (t, stage) => {
		for (const name of ['r-1', 'r-2', 'r-3']) putRunner(stage.world, name, 'n1');
		// For a moment the list goes on showing what was just destroyed.
		stage.simulator.faults.add({match: {operation: 'resources'}, times: 1, effect: {kind: 'stale-resources', ms: 600}});
		await stage.removeAll();
		t.deepEqual(stage.runners(), []);
	}),
);
