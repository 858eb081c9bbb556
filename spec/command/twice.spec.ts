import test from 'ava';
import {writeNotes} from '../../lib/runner/mark.ts';
import {slotsOf} from '../../lib/runner/vmid.ts';
import {aContainer, aForeignVm, put, templatePool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import {freeInCrowded} from '../../tools/simulator/world/crowded.ts';
import {smallWorld} from '../../tools/simulator/world/small.ts';
import type {World} from '../../tools/simulator/world.ts';
import {aMark, aRunner, controller, otherController, runnerName, slot, slots} from '../helper/a-vm.ts';
import {failsWith, halfMadeClone, type Stage, withSimulator} from '../helper/with-simulator.ts';

/** A world in which somebody else's VMs, which the token may see or not, have those VMIDs. */
function occupied(vmids: readonly number[], visible: boolean, world: World = smallWorld()): World {
	const node = Object.keys(world.nodes)[0] ?? '';
	for (const vmid of vmids) {
		put(world, aForeignVm(vmid, node, `staff-${vmid}`));
		if (visible) world.pools[templatePool]?.vms.push(vmid);
	}
	return world;
}

for (const visible of [true, false]) {
	const who = `VMs that the token may ${visible ? '' : 'not '}see`;
	test(
		`slots that ${who} have taken are passed by, and those VMs are left alone`,
		withSimulator({world: occupied(slots.slice(0, 2), visible)}, async (t, stage) => {
			t.is((await stage.create()).vmid, slots[2] ?? 0);
			t.like(await stage.get(), {name: runnerName, power: 'running'});
			await stage.remove();
			t.deepEqual(stage.changes(), []);
		}),
	);

	test(
		`where ${who} have every slot, the create says so and leaves nothing`,
		withSimulator({world: occupied(slots, visible)}, async (t, stage) => {
			const message = await failsWith(t, stage.create(), 'refused');
			t.regex(message, /all of its VMIDs are taken \(\d+(?:, \d+){5}\)\. Widen vmid_range/);
			t.deepEqual(stage.changes(), []);
		}),
	);
}

test(
	'a container has a VMID too',
	withSimulator({}, async (t, stage) => {
		put(stage.world, aContainer(slot, 'pve', 'dns'));
		t.is((await stage.create()).vmid, slots[1] ?? 0);
	}),
);

test(
	'somebody who takes the VMID between the look and the clone keeps it',
	withSimulator({}, async (t, stage) => {
		stage.simulator.faults.add(
			{match: {operation: 'clone'}, nth: 1, effect: {kind: 'take-vmid', when: 'post'}},
			{match: {operation: 'clone'}, nth: 2, effect: {kind: 'take-vmid', when: 'worker'}},
		);
		t.is((await stage.create()).vmid, slots[2] ?? 0);
		t.deepEqual(
			slots.slice(0, 2).map((vmid) => stage.world.guests[vmid]?.config.name),
			['somebody-else', 'somebody-else'],
		);
		await stage.remove();
		t.deepEqual(
			slots.slice(0, 2).map((vmid) => stage.world.guests[vmid]?.config.name),
			['somebody-else', 'somebody-else'],
		);
		t.is(stage.runners().length, 0);
	}),
);

test(
	'a nearly full range gives its last VMIDs, one to each runner',
	withSimulator({world: 'crowded'}, async (t, stage) => {
		const vmidRange = {first: 100_000, last: 100_099};
		const fit = (vmid: number) =>
			Array.from({length: 10_000}, (_, n) => `r-${n}`).find((name) =>
				slotsOf(controller, name, vmidRange).includes(vmid),
			) ?? '';
		const names = freeInCrowded.map(fit);
		const vms = await Promise.all(names.map((name) => stage.create({name, vmidRange})));
		t.deepEqual(vms.map(({vmid}) => vmid).sort(), [...freeInCrowded]);
	}),
);

test(
	'a second create of a finished runner gives the same VM, and changes nothing',
	withSimulator({}, async (t, stage) => {
		const first = await stage.create();
		const before = JSON.stringify(stage.simulator.snapshot().guests);
		const again = await stage.create();
		t.is(again.vmid, first.vmid);
		t.is(JSON.stringify(stage.simulator.snapshot().guests), before);
		t.is(stage.asked('clone') + stage.asked('upload') + stage.asked('start'), 3);
	}),
);

test(
	'a second create of a runner that was stopped starts it',
	withSimulator({}, async (t, stage) => {
		await stage.create();
		await stage.setPower('stopped');
		await stage.create();
		t.is(stage.vmOf(runnerName).power, 'running');
		t.is(stage.runners().length, 1);
	}),
);

test(
	'a create that fails before it has done anything leaves a runner alone that an earlier one has made',
	withSimulator({}, async (t, stage) => {
		await stage.create();
		const effect = {kind: 'answer', status: 200, reason: 'OK', body: '{"data":[]}'} as const;
		stage.simulator.faults.add({match: {operation: 'resources'}, effect});
		await failsWith(t, stage.create(), 'unreachable');
		t.is(stage.vmOf(runnerName).power, 'running');
	}),
);

test(
	'creates of one name at the same time make one VM',
	withSimulator({world: clusterWorld()}, async (t, stage) => {
		const vms = await Promise.all([1, 2, 3].map(() => stage.create()));
		t.deepEqual([...new Set(vms.map(({vmid}) => vmid))], [slot]);
		t.deepEqual(
			stage.runners().map(({vmid, power}) => [vmid, power]),
			[[slot, 'running']],
		);
	}),
);

/** Acts while a clone of the runner ends: after the list of VMs was read, and before that of the running clones. */
async function whileCloneEnds(stage: Stage, act: () => Promise<unknown>): Promise<void> {
	const {letGo} = await halfMadeClone(stage);
	const stop = stage.simulator.onRequest(async (_, phase, {operation, node}) => {
		if (operation !== 'tasks' || node !== 'n1' || phase !== 'before') return;
		stop();
		await letGo();
	});
	await act();
}

test(
	'a create goes on with a clone that ends while it looks, and makes no second one',
	withSimulator({world: clusterWorld()}, async (t, stage) => {
		await whileCloneEnds(stage, () => stage.create());
		t.deepEqual(
			stage.runners().map(({vmid, power}) => [vmid, power]),
			[[slot, 'running']],
		);
	}),
);

test(
	'a delete removes a clone that ends while it looks',
	withSimulator({world: clusterWorld()}, async (t, stage) => {
		await whileCloneEnds(stage, () => stage.remove());
		t.deepEqual(stage.runners(), []);
	}),
);

test(
	"another pool's runner of that name is no runner of this pool, and stays",
	withSimulator({}, async (t, stage) => {
		await stage.create();
		const before = JSON.stringify(stage.simulator.snapshot().guests);
		const message = await failsWith(t, stage.create({pool: 'another'}), 'duplicate');
		t.regex(message, new RegExp(`VM ${slot} is that runner already, for pool ${aRunner().pool}`));
		t.is(JSON.stringify(stage.simulator.snapshot().guests), before);
	}),
);

const namesakes: readonly (readonly [string, string | undefined])[] = [
	['without notes', undefined],
	["with another controller's mark", writeNotes(aMark({controller: otherController, vmid: 200}))],
	["with a copy of the runner's mark", writeNotes(aMark())],
];
for (const [what, notes] of namesakes) {
	test(
		`a VM of that name ${what} ends the create, and is neither touched nor listed`,
		withSimulator({world: withNamesake(notes)}, async (t, stage) => {
			const message = await failsWith(t, stage.create(), 'duplicate');
			t.regex(message, /VM 200 on node pve is named garm-ny9heeqyw2rl and is not ours\. Rename or remove that VM/);
			await failsWith(t, stage.get(), 'not-found');
			t.deepEqual(await stage.list(), []);
			await stage.remove();
			await stage.removeAll();
			t.deepEqual(stage.changes(), []);
		}),
	);
}

function withNamesake(notes: string | undefined): World {
	const world = smallWorld();
	const vm = aForeignVm(200, 'pve', runnerName);
	if (notes !== undefined) vm.config.description = notes;
	put(world, vm);
	world.pools[templatePool]?.vms.push(200);
	return world;
}
