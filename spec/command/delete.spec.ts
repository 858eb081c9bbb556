import test from 'ava';
import {writeNotes} from '../../lib/runner/mark.ts';
import {aForeignVm, aVm, fullToken, put, runnerPool, templatePool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import type {World} from '../../tools/simulator/world.ts';
import {aMark, otherController, runnerName, slot, slots} from '../helper/a-vm.ts';
import {putRunner, putSeed, setState} from '../helper/a-world.ts';
import {failsWith, halfMadeClone, type Stage, withSimulator} from '../helper/with-simulator.ts';

const cluster = {world: 'cluster'} as const;

test(
	'a delete removes VM, disks and seed, and nothing else',
	withSimulator(cluster, async (t, stage) => {
		await stage.create({machine: {diskGiB: 20}});
		await stage.create({name: 'r-2'});
		await stage.remove();
		t.deepEqual(
			stage.runners().map(({mark}) => mark.runner),
			['r-2'],
		);
		await stage.remove({name: 'r-2'});
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a delete of what is gone, or was never there, ends well and does nothing',
	withSimulator(cluster, async (t, stage) => {
		await stage.remove();
		await stage.create();
		await stage.remove();
		await stage.remove();
		t.deepEqual(stage.changes(), []);
		t.is(stage.asked('destroy'), 1);
	}),
);

test(
	'a delete finds the runner outside of its slots by its tags, and by its name where it has no tags',
	withSimulator({world: outside()}, async (t, stage) => {
		await stage.remove({name: 'r-tagged'});
		t.deepEqual(
			stage.runners().map(({mark}) => mark.runner),
			['r-named'],
		);
		await stage.remove({name: 'r-named'});
		t.deepEqual(stage.runners(), []);
	}),
);

/** Two runners of a time when vmid_range was another one. */
function outside(): World {
	const world = clusterWorld();
	putRunner(world, 'r-tagged', 'n2', {vmid: 5000});
	putRunner(world, 'r-named', 'n3', {vmid: 5001, tags: false});
	return world;
}

test(
	'a VM that moves between the look and the act is removed where it is by then',
	withSimulator(cluster, async (t, stage) => {
		for (const [operation, phase] of [
			['stop', 'before'],
			['stop', 'after'],
			['destroy', 'before'],
		] as const) {
			const vmid = putRunner(stage.world, runnerName, 'n1');
			const stop = stage.simulator.onRequest((_, at, request) => {
				if (request.operation !== operation || at !== phase) return;
				stop();
				stage.simulator.migrate(vmid, 'n3');
			});
			await stage.remove();
			t.deepEqual(stage.changes(), [], `moved ${phase} the ${operation}`);
		}
	}),
);

test(
	'a VM that somebody else removes meanwhile is gone all the same',
	withSimulator(cluster, async (t, stage) => {
		for (const operation of ['config-get', 'status', 'stop', 'destroy']) {
			const vmid = putRunner(stage.world, runnerName, 'n2');
			const stop = stage.simulator.onRequest((_, phase, request) => {
				if (request.operation !== operation || phase !== 'before') return;
				stop();
				delete stage.world.guests[vmid];
				stage.world.pools[runnerPool]?.vms.splice(0);
			});
			await stage.remove();
			t.deepEqual(stage.changes(), [], `gone before the ${operation}`);
		}
	}),
);

test(
	'a VMID that belongs to somebody else by the time of the act is left to him',
	withSimulator(cluster, async (t, stage) => {
		for (const operation of ['stop', 'destroy']) {
			putRunner(stage.world, runnerName, 'n2');
			let proofs = 0;
			const stop = stage.simulator.onRequest((_, phase, request) => {
				// The look reads the config once, the proof before each act reads it again.
				if (request.operation !== 'config-get' || phase !== 'before' || ++proofs !== (operation === 'stop' ? 2 : 3))
					return;
				stop();
				put(stage.world, {...aForeignVm(slot, 'n2', 'payroll'), power: 'stopped'});
			});
			await stage.remove();
			t.is(stage.world.guests[slot]?.config.name, 'payroll', `taken before the ${operation}`);
		}
	}),
);

test(
	'locks are waited out, whoever holds them',
	withSimulator(cluster, async (t, stage) => {
		for (const lock of ['backup', 'snapshot', 'migrate', 'suspending']) {
			putRunner(stage.world, runnerName, 'n1');
			stage.simulator.faults.add({
				match: {operation: 'resources'},
				times: 1,
				effect: {kind: 'lock', vmid: slot, lock, ms: 3000},
			});
			await stage.remove();
			t.deepEqual(stage.changes(), [], lock);
			stage.simulator.faults.clear();
		}
	}),
);

test(
	'refusals that pass are tried again, and a lost answer is looked up',
	withSimulator(cluster, async (t, stage) => {
		const says = (operation: string, reason: string) => {
			const body = JSON.stringify({data: null, message: `${reason}\n`});
			return {match: {operation}, nth: 1, effect: {kind: 'answer', status: 500, reason, body}} as const;
		};
		putRunner(stage.world, runnerName, 'n1');
		putSeed(stage.world, runnerName, 'shared', null);
		stage.simulator.faults.add(
			says('stop', 'got no worker upid - start worker failed'),
			{match: {operation: 'stop'}, nth: 2, effect: {kind: 'drop-answer'}},
			says('destroy', `VM ${slot} is running - destroy failed`),
			{match: {operation: 'destroy'}, nth: 2, effect: {kind: 'task', exitstatus: 'unexpected status'}},
			{match: {operation: 'destroy'}, nth: 3, effect: {kind: 'drop-answer'}},
			{match: {operation: 'content-delete'}, nth: 1, effect: {kind: 'drop-answer'}},
		);
		await stage.remove();
		await stage.simulator.settle();
		t.deepEqual(stage.changes(), []);
	}),
);

for (const [how, as] of [
	['the token sees only when it is whole', undefined],
	['the token sees without a name', fullToken],
] as const) {
	const options = as === undefined ? {} : {as};

	test(
		`a clone under way that ${how} is waited for, and removed`,
		withSimulator(cluster, async (t, stage) => {
			const {letGo} = await halfMadeClone(stage, options);
			const ends = afterLooks(stage, 3, letGo);
			await stage.remove({}, options);
			await ends;
			t.deepEqual(stage.changes(), []);
		}),
	);

	test(
		`a clone under way for another runner that ${how} holds nobody up`,
		withSimulator(cluster, async (t, stage) => {
			const {letGo} = await halfMadeClone(stage, options);
			await stage.remove({name: 'r-2'}, options);
			await letGo();
			t.is(stage.vmOf(runnerName).vmid, slot);
		}),
	);
}

/** Acts when the cluster has been looked at so many times. */
function afterLooks({simulator}: Stage, looks: number, act: () => Promise<void>): Promise<void> {
	let seen = 0;
	return new Promise((resolve, reject) => {
		const stop = simulator.onRequest((_, phase, {operation}) => {
			if (operation !== 'resources' || phase !== 'before' || ++seen < looks) return;
			stop();
			act().then(resolve, reject);
		});
	});
}

test(
	'a clone whose worker died is told, with the command that only root may give',
	withSimulator(cluster, async (t, stage) => {
		put(stage.world, {...aVm(slot, 'n1', {}), config: {lock: 'clone', description: ' qmclone temporary file'}});
		const message = await failsWith(t, stage.remove({}, {as: fullToken}), 'refused');
		t.regex(
			message,
			new RegExp(
				`VM ${slot} on node n1 is a half-made clone: its worker could not finish.*qm unlock ${slot} && qm destroy ${slot}`,
			),
		);
		t.deepEqual(stage.changes(), [`+ VM ${slot}`]);
	}),
);

test(
	'a VM that is half destroyed is told, with the command that only root may give',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1', {config: {lock: 'destroyed'}});
		Object.assign(stage.world.guests[slot] ?? {}, {power: 'stopped'});
		const message = await failsWith(t, stage.remove(), 'refused');
		t.regex(message, new RegExp(`qm unlock ${slot} && qm destroy ${slot}`));
	}),
);

test(
	'a VM that somebody has protected stays, runs on, and the message has the command that lets it go',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1', {config: {protection: '1'}});
		putSeed(stage.world, runnerName, 'shared', null);
		const message = await failsWith(t, stage.remove(), 'refused');
		t.regex(message, new RegExp(`somebody has protected it\\. To let it go, run: qm set ${slot} --protection 0`));
		t.is(stage.vmOf(runnerName).power, 'running');
		t.is(stage.asked('stop') + stage.asked('content-delete'), 0);
	}),
);

test(
	'a VM whose notes have lost the mark stays, and the message says what to do',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1');
		Object.assign(stage.world.guests[slot]?.config ?? {}, {description: 'edited by hand'});
		const message = await failsWith(t, stage.remove(), 'refused');
		t.regex(message, new RegExp(`its notes have lost the mark.*qm stop ${slot} && qm destroy ${slot}`));
		t.is(stage.world.guests[slot]?.power, 'running');
	}),
);

const strangers: readonly (readonly [string, (world: World) => void])[] = [
	[
		'of another controller, of the same name',
		(world) => {
			putRunner(world, runnerName, 'n1', {owner: otherController});
			putSeed(world, runnerName, 'shared', null, otherController);
		},
	],
	['of that name without a mark', (world) => put(world, aForeignVm(200, 'n1', runnerName))],
	['that lives in a slot of the runner', (world) => put(world, aForeignVm(slot, 'n1', 'payroll'))],
	[
		'that carries a copy of the notes and the tags',
		(world) => {
			putRunner(world, 'r-copied', 'n1', {vmid: 300});
			const copy = world.guests[300];
			if (copy !== undefined) copy.config.description = writeNotes(aMark());
		},
	],
	[
		'that is a template with a mark in its notes',
		(world) => putRunner(world, runnerName, 'n1', {config: {template: '1'}}) && stopped(world, slot),
	],
];
for (const [what, add] of strangers) {
	test(
		`a VM ${what} is not the runner, and stays`,
		withSimulator(cluster, async (t, stage) => {
			add(stage.world);
			for (const {vmid} of Object.values(stage.world.guests)) stage.world.pools[templatePool]?.vms.push(vmid);
			const before = stage.changes();
			await stage.remove();
			t.deepEqual(stage.changes(), before);
		}),
	);
}

function stopped(world: World, vmid: number): void {
	Object.assign(world.guests[vmid] ?? {}, {power: 'stopped'});
}

for (const since of ['long', 'minute'] as const) {
	test(
		`a delete never says gone while the runner may be on a node that died (${since})`,
		withSimulator({world: setState(lostRunners(), 'n3', 'dead', since)}, async (t, stage) => {
			t.regex(
				await failsWith(t, stage.remove(), 'unreachable'),
				/is runner garm-ny9heeqyw2rl, but its node n3 is off line/,
			);
			const message = await failsWith(t, stage.remove({name: 'r-untagged'}), 'unreachable');
			t.regex(message, /may be runner r-untagged, but its node n3 is off line/);
			await stage.remove({name: 'r-elsewhere'});
			t.is(stage.runners().length, 2);
		}),
	);
}

function lostRunners(): World {
	const world = clusterWorld();
	putRunner(world, runnerName, 'n3');
	putRunner(world, 'r-untagged', 'n3', {tags: false});
	putRunner(world, 'r-elsewhere', 'n1');
	return world;
}

test(
	'a VM on a dead node that its tags give to another runner holds nobody up who has the same slot',
	withSimulator({world: setState(withNeighbour(), 'n3', 'dead')}, async (t, stage) => {
		await stage.remove();
		await failsWith(t, stage.get(), 'not-found');
		t.is((await stage.create()).vmid, slots[1] ?? 0);
	}),
);

function withNeighbour(): World {
	const world = clusterWorld();
	putRunner(world, 'r-neighbour', 'n3', {vmid: slot});
	return world;
}

test(
	'seeds go wherever they are: on other nodes, and on the storage that the VM has one from',
	withSimulator(cluster, async (t, stage) => {
		putSeed(stage.world, runnerName, 'local', 'n1');
		putSeed(stage.world, runnerName, 'local', 'n3');
		const attached = putSeed(stage.world, runnerName, 'shared', null);
		putSeed(stage.world, 'r-2', 'local', 'n1');
		putRunner(stage.world, runnerName, 'n2', {config: {ide2: `${attached},media=cdrom,size=2K`}});
		await stage.remove({seed: {storage: 'local'}});
		t.deepEqual(
			Object.values(stage.world.volumes)
				.filter(({content}) => content === 'iso')
				.map(({volid}) => volid),
			[putSeed(stage.world, 'r-2', 'local', 'n1')],
		);
	}),
);

test(
	'a node that is off line keeps its seed, and the runner is gone all the same',
	withSimulator({world: setState(clusterWorld(), 'n3', 'dead')}, async (t, stage) => {
		putSeed(stage.world, runnerName, 'local', 'n1');
		const kept = putSeed(stage.world, runnerName, 'local', 'n3');
		putRunner(stage.world, runnerName, 'n1');
		await stage.remove({seed: {storage: 'local'}});
		t.deepEqual(stage.changes(), [`+ volume n3/${kept}`]);
	}),
);

test(
	'a node whose API is down keeps its seed, with a warning',
	withSimulator(cluster, async (t, stage) => {
		const kept = putSeed(stage.world, runnerName, 'local', 'n3');
		putRunner(stage.world, runnerName, 'n1');
		await stage.simulator.setNode('n3', 'api-down');
		await stage.remove({seed: {storage: 'local'}});
		t.deepEqual(stage.changes(), [`+ volume n3/${kept}`]);
		t.regex(stage.warned.join(''), /a node could not be asked for seeds .*"n3"/);
	}),
);

test(
	'several VMs of one runner go together',
	withSimulator(cluster, async (t, stage) => {
		for (const [n, node] of ['n1', 'n2', 'n3'].entries())
			putRunner(stage.world, runnerName, node, {vmid: slots[n] ?? 0});
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a VM that HA looks after is stopped, and the refusal to remove it has the command',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, runnerName, 'n1');
		Object.assign(stage.world.guests[slot] ?? {}, {ha: 'started'});
		const message = await failsWith(t, stage.remove(), 'refused');
		t.regex(message, new RegExp(`ha-manager remove vm:${slot}`));
	}),
);
