import test, {type ExecutionContext} from 'ava';
import {seedFileName} from '../../lib/runner/names.ts';
import {sharedTime} from '../../tools/proof/fault/shared-time.ts';
import {startSimulator} from '../../tools/simulator/index.ts';
import {aDisk, fullToken, put} from '../../tools/simulator/world/build.ts';
import {controller, runnerName, slot, slots} from '../helper/a-vm.ts';
import {putRunner, putSeed} from '../helper/a-world.ts';
import {cloneStep, failsWith, halfMadeClone, type Stage, stageOn} from '../helper/with-simulator.ts';

/** Runs a spec on a simulated cluster whose time the provider shares, so that no load of the machine counts. */
function onSharedTime(
	run: (t: ExecutionContext, stage: Stage) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const time = sharedTime();
		const simulator = await startSimulator({world: 'cluster', clock: time});
		simulator.onRequest(time.touch);
		try {
			await run(t, stageOn(simulator, time));
		} finally {
			await simulator.close();
		}
	};
}

/** Acts when one of the operations has been asked for so many times. */
function afterAsks(
	{simulator}: Stage,
	operations: readonly string[],
	asks: number,
	act: () => Promise<unknown>,
): Promise<unknown> {
	let seen = 0;
	return new Promise((resolve, reject) => {
		const stop = simulator.onRequest((_, phase, {operation}) => {
			if (!operations.includes(operation) || phase !== 'after' || ++seen < asks) return;
			stop();
			act().then(resolve, reject);
		});
	});
}

/** Lets a task of an earlier run of ours begin, and kills its worker once it has made so many pauses. */
async function dies(stage: Stage, type: string, pauses: number, begin: () => Promise<unknown>): Promise<void> {
	const told = (upid: string) => stage.simulator.killWorker(upid);
	const letGo = stage.simulator.holdWorkers(pauses, {type, told});
	await begin().catch(() => undefined);
	letGo();
}

for (const [what, remove] of [
	['a delete', (stage: Stage) => stage.remove()],
	['a removal of everything', (stage: Stage) => stage.removeAll()],
] as const) {
	test(
		`${what} that finds a seed alone waits for the clone that may be on its way`,
		onSharedTime(async (t, stage) => {
			putSeed(stage.world, runnerName, 'shared', null);
			const cloned = afterAsks(stage, ['content'], 1, () =>
				stage.run((tools) => tools.cluster.clone(cloneStep(stage))),
			);
			await remove(stage);
			await cloned;
			t.deepEqual(stage.changes(), []);
		}),
	);

	test(
		`${what} that finds a seed alone for long takes it away`,
		onSharedTime(async (t, stage) => {
			putSeed(stage.world, runnerName, 'shared', null);
			await remove(stage);
			t.deepEqual(stage.changes(), []);
		}),
	);

	test(
		`${what} waits for a clone whose worker has only been forked`,
		onSharedTime(async (t, stage) => {
			putSeed(stage.world, runnerName, 'shared', null);
			const letGo = stage.simulator.holdWorkers(1, {type: 'qmclone'});
			const cloned = stage.run((tools) => tools.cluster.clone(cloneStep(stage)));
			const ends = afterAsks(stage, ['content', 'tasks'], 4, async () => letGo());
			await remove(stage);
			await Promise.all([cloned, ends]);
			t.deepEqual(stage.changes(), []);
		}),
	);

	test(
		`${what} takes off the protection that a clone has from its template`,
		onSharedTime(async (t, stage) => {
			Object.assign(stage.world.guests[9000]?.config ?? {}, {protection: '1'});
			await (await halfMadeClone(stage)).letGo();
			t.is(stage.vmOf(runnerName).config.protection, '1');
			await remove(stage);
			t.deepEqual(Object.keys(stage.world.guests).includes(String(slot)), false);
		}),
	);

	test(
		`${what} tells of a clone that the token cannot see and whose worker died, and of nothing else`,
		onSharedTime(async (t, stage) => {
			await dies(stage, 'qmclone', 3, () => stage.run((tools) => tools.cluster.clone(cloneStep(stage))));
			t.deepEqual(stage.world.guests[slot]?.config, {lock: 'clone', description: ' qmclone temporary file'});
			putSeed(stage.world, runnerName, 'shared', null);
			putRunner(stage.world, 'r-2', 'n2');
			await stage.remove({name: 'r-2'});
			const message = await failsWith(t, remove(stage), 'refused');
			t.regex(
				message,
				new RegExp(`VM ${slot} on node n1 is a half-made clone.* qm unlock ${slot} && qm destroy ${slot}`),
			);
			t.deepEqual(
				stage.changes().map((line) => line.includes(String(slot))),
				[true, true],
				'the VM and its disk',
			);
		}),
	);

	test(
		`${what} tells of a clone that died before its log named it`,
		onSharedTime(async (t, stage) => {
			await dies(stage, 'qmclone', 2, () => stage.run((tools) => tools.cluster.clone(cloneStep(stage))));
			putSeed(stage.world, runnerName, 'shared', null);
			t.regex(await failsWith(t, remove(stage), 'refused'), /on node n1 .*qm unlock \w+ && qm destroy \w+ /);
			t.deepEqual(stage.changes(), [`+ VM ${slot}`]);
		}),
	);

	test(
		`${what} tells of a VM whose worker died while it destroyed it`,
		onSharedTime(async (t, stage) => {
			putRunner(stage.world, runnerName, 'n2');
			await dies(stage, 'qmdestroy', 2, () => stage.remove());
			t.deepEqual(stage.world.guests[slot]?.config, {lock: 'destroyed'});
			const message = await failsWith(t, remove(stage), 'refused');
			t.regex(message, new RegExp(`VM ${slot} on node n2 is half destroyed.* qm unlock ${slot} && qm destroy ${slot}`));
		}),
	);
}

test(
	'what a dead worker has left keeps no create from the next slot, and the delete of that one tells of it',
	onSharedTime(async (t, stage) => {
		for (const as of [stage.simulator.tokenId, fullToken]) {
			await dies(stage, 'qmclone', 2, () => stage.run((tools) => tools.cluster.clone(cloneStep(stage)), {as}));
			t.is((await stage.create()).vmid, slots[1] ?? 0);
			const message = await failsWith(t, stage.remove({}, {as}), 'refused');
			t.regex(message, new RegExp(`qm unlock ${slot} && qm destroy ${slot}`));
			t.deepEqual(stage.changes(), [`+ VM ${slot}`]);
			delete stage.world.guests[slot];
		}
	}),
);

test(
	'a dead clone that has its notes already keeps no create from the next slot',
	onSharedTime(async (t, stage) => {
		const second = aDisk('shared:9000/base-9000-disk-1.qcow2', null, 9000, 2);
		const template = stage.world.guests[9000] ?? t.fail();
		put(stage.world, {...template, config: {...template.config, scsi1: `${second.volid},size=2G`}}, second);
		const as = fullToken;
		await dies(stage, 'qmclone', 4, () => stage.run((tools) => tools.cluster.clone(cloneStep(stage)), {as}));
		t.like(stage.world.guests[slot]?.config, {lock: 'clone', name: runnerName});
		t.is((await stage.create({}, {as})).vmid, slots[1] ?? 0);
		const message = await failsWith(t, stage.remove({}, {as}), 'refused');
		t.regex(message, new RegExp(`qm unlock ${slot} && qm destroy ${slot}`));
		t.is(stage.world.guests[slots[1] ?? 0], undefined);
	}),
);

test(
	'a create waits for the stop that an earlier run has asked for, and starts the VM',
	onSharedTime(async (t, stage) => {
		await stage.create();
		let letGo = (): void => undefined;
		const held = new Promise<string>((told) => {
			letGo = stage.simulator.holdWorkers(1, {type: 'qmstop', told});
		});
		const stopped = stage.run(({cluster: {stop}}) => stop(stage.vmOf(runnerName).node, slot));
		await held;
		const ends = afterAsks(stage, ['resources'], 2, async () => letGo());
		await stage.create();
		await Promise.all([stopped, ends]);
		t.is(stage.vmOf(runnerName).power, 'running');
	}),
);

test(
	'a create uploads its seed again where an earlier run has it removed meanwhile',
	onSharedTime(async (t, stage) => {
		const {seed} = stage.runner();
		const volume = putSeed(stage.world, runnerName, seed.storage, null);
		const letGo = stage.simulator.holdWorkers(1, {type: 'imgdel'});
		const removed = stage.run(({cluster: {removeSeed}}) => removeSeed('n1', volume));
		const stop = stage.simulator.onRequest(async (_, phase, {operation}) => {
			if (operation !== 'config-put' || phase !== 'before') return;
			stop();
			letGo();
			await removed;
		});
		await stage.create();
		t.is(stage.vmOf(runnerName).power, 'running');
		t.is(stage.asked('upload'), 2);
	}),
);

test(
	'a VM whose disks a destroy has taken is made anew',
	onSharedTime(async (t, stage) => {
		await stage.create();
		await stage.setPower('stopped');
		for (const [key, {vmid}] of Object.entries(stage.world.volumes)) if (vmid === slot) delete stage.world.volumes[key];
		await stage.create();
		t.is(stage.vmOf(runnerName).power, 'running');
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a VM that another seed has set up is made anew',
	onSharedTime(async (t, stage) => {
		await stage.create();
		const {smbios1} = stage.vmOf(runnerName).config;
		const {seed} = stage.runner();
		const fileName = seedFileName(controller, runnerName, '0ddba11ad000');
		await stage.create({seed: {...seed, fileName}});
		const {config, power} = stage.vmOf(runnerName);
		t.is(power, 'running');
		t.true(config.ide2?.startsWith(`${seed.storage}:iso/${fileName},`));
		t.not(config.smbios1, smbios1);
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a disk that a destroy has left, since there was no quorum for a moment, is removed after it',
	onSharedTime(async (t, stage) => {
		await stage.create();
		const match = {operation: 'destroy'} as const;
		for (const node of ['n1', 'n2']) {
			stage.simulator.faults.add({match, times: 1, effect: {kind: 'node', node, state: 'no-quorum', ms: 5000}});
		}
		await stage.remove();
		t.is(stage.asked('destroy'), 1);
		t.deepEqual(stage.changes(), []);
	}),
);
