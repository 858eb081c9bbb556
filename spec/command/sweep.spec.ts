import test from 'ava';
import {lookAround} from '../../lib/command/look-around.ts';
import {carryOut, type RemovalOutcome} from '../../lib/command/sweep.ts';
import {writeNotes} from '../../lib/runner/mark.ts';
import {classify, unreadCandidates} from '../../lib/sweep/classify.ts';
import type {SweepFinding} from '../../lib/sweep/finding.ts';
import {planRemovals, type Removal} from '../../lib/sweep/plan.ts';
import {controllersIn, runnerRows} from '../../lib/sweep/runner-row.ts';
import type {SweepScope} from '../../lib/sweep/scope.ts';
import {aDisk, aForeignVm, aVm, fullToken, put, runnerPool, templatePool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import type {World} from '../../tools/simulator/world.ts';
import {aMark, controller, otherController, slot, vmidRange} from '../helper/a-vm.ts';
import {firstSlot, putOldRunner, putSeed, setState} from '../helper/a-world.ts';
import {aScope} from '../helper/sweep-facts.ts';
import {halfMadeClone, type Stage, type StageTools, withSimulator} from '../helper/with-simulator.ts';

const place = {vmidRange, seedStorage: 'shared'} as const;

/** GARM knows these, and said so long after every VM of the world was made. */
const knows = (...names: readonly string[]) => ({known: {names: new Set(names), at: Number.POSITIVE_INFINITY}});

async function find(
	scope: SweepScope,
	tools: StageTools,
): Promise<{readonly findings: readonly SweepFinding[]; readonly plan: readonly Removal[]}> {
	const facts = await lookAround(place, (seen) => unreadCandidates(scope, seen), tools);
	const findings = classify(scope, facts);
	return {findings, plan: planRemovals(findings)};
}

/** Looks, and removes what the look has shown. */
function sweep(
	stage: Stage,
	scope: SweepScope,
	signal = new AbortController().signal,
): Promise<readonly RemovalOutcome[]> {
	return stage.run(async (tools) => {
		const {plan} = await find(scope, tools);
		const {controller: owner} = scope;
		return carryOut(plan, {controller: owner, vmidRange, seed: {storage: 'shared'}}, tools, {
			budgetMs: 3_600_000,
			signal,
			tell: () => undefined,
		});
	});
}

/** Runners of two controllers, leftovers of every kind, and VMs of other people. */
function messyWorld(): World {
	const world = clusterWorld();
	putOldRunner(world, 'r-known', 'n1');
	putOldRunner(world, 'r-orphan', 'n2');
	putOldRunner(world, 'r-untagged', 'n3', {tags: false});
	Object.assign(world.guests[putOldRunner(world, 'r-stopped', 'n1')] ?? {}, {power: 'stopped'});
	Object.assign(world.guests[putOldRunner(world, 'r-kept', 'n1')]?.config ?? {}, {protection: '1'});
	putOldRunner(world, 'r-theirs', 'n1', {owner: otherController});
	Object.assign(world.guests[putOldRunner(world, 'r-theirs-stopped', 'n2', {owner: otherController})] ?? {}, {
		power: 'stopped',
	});
	for (const name of ['r-known', 'r-orphan', 'r-lost']) putSeed(world, name, 'shared', null);
	putSeed(world, 'r-theirs-lost', 'shared', null, otherController);
	put(world, {...aForeignVm(slot, 'n1', 'r-orphan'), power: 'stopped'});
	const copy = aForeignVm(400, 'n2', 'copy');
	copy.config.description = writeNotes(aMark());
	copy.config.tags = world.guests[firstSlot('r-orphan')]?.config.tags ?? '';
	put(world, copy);
	world.pools[templatePool]?.vms.push(slot, 400);
	return world;
}

const left = ({world}: Stage) => Object.values(world.guests).map(({config}) => config.name ?? '?');
const untouched = (world: World) => [slot, 400, 100, 101].map((vmid) => world.guests[vmid]);

test(
	'what GARM does not know goes, with the seeds; nothing of others is touched',
	withSimulator({world: messyWorld()}, async (t, stage) => {
		const before = JSON.stringify(untouched(stage.world));
		const kept = left(stage);
		const outcomes = await sweep(stage, aScope(knows('r-known')));
		t.deepEqual(
			outcomes.map(({removal, why}) => [removal.do === 'remove-runner' ? removal.name : removal.do, why]).sort(),
			[
				['r-orphan', undefined],
				['r-stopped', undefined],
				['r-untagged', undefined],
				['remove-seed', undefined],
			],
		);
		// The foreign VM at our slot has an orphan's name, and stays.
		t.deepEqual(
			left(stage).sort(),
			[...kept.filter((name) => !/^r-(?:orphan|stopped|untagged)$/.test(name)), 'r-orphan'].sort(),
		);
		t.is(JSON.stringify(untouched(stage.world)), before);
		t.deepEqual(
			Object.keys(stage.world.volumes).filter((volume) => volume.includes('garm-seed-')).length,
			2,
			'the seeds of r-known and of the other controller',
		);
		t.deepEqual(await sweep(stage, aScope(knows('r-known'))), [], 'a second sweep has nothing to do');
	}),
);

test(
	'where GARM was not asked only what is dead goes; suspects only where they are included',
	withSimulator({world: messyWorld()}, async (t, stage) => {
		const names = async (scope: SweepScope) =>
			(await sweep(stage, scope)).flatMap(({removal}) => (removal.do === 'remove-runner' ? [removal.name] : [])).sort();
		t.deepEqual(await names(aScope()), ['r-stopped']);
		t.deepEqual(await names(aScope({includeSuspects: true, name: 'r-u*'})), ['r-untagged']);
		t.deepEqual(await names(aScope({controller: otherController})), ['r-theirs-stopped']);
		t.true(['r-known', 'r-orphan', 'r-theirs', 'r-kept'].every((name) => left(stage).includes(name)));
	}),
);

test(
	'a VM that is not the runner any more when it is to go stays, and holds nobody up',
	withSimulator({world: messyWorld()}, async (t, stage) => {
		const vmid = firstSlot('r-orphan');
		const outcomes = await stage.run(async (tools) => {
			const {plan} = await find(aScope(knows('r-known')), tools);
			put(stage.world, aForeignVm(vmid, 'n2', 'somebody'));
			return carryOut(plan, {controller, vmidRange, seed: {storage: 'shared'}}, tools, {
				budgetMs: 3_600_000,
				signal: new AbortController().signal,
				tell: () => undefined,
			});
		});
		t.is(outcomes.length, 4);
		t.is(stage.world.guests[vmid]?.config.name, 'somebody');
		t.is(stage.world.guests[vmid]?.power, 'running');
		t.false(left(stage).includes('r-stopped'));
	}),
);

test(
	'a sweep that is stopped begins nothing more, and the next one goes on',
	withSimulator({world: messyWorld()}, async (t, stage) => {
		const over = new AbortController();
		over.abort();
		t.deepEqual(await sweep(stage, aScope(knows('r-known')), over.signal), []);
		t.deepEqual(stage.changes(), []);
		t.is((await sweep(stage, aScope(knows('r-known')))).length, 4);
	}),
);

test(
	'what a node that is off line has stays, and its VMs keep their seeds',
	withSimulator({world: setState(messyWorld(), 'n2', 'dead')}, async (t, stage) => {
		const {findings, plan} = await stage.run((tools) => find(aScope(knows('r-known')), tools));
		t.like(
			findings.find(({runner}) => runner === 'r-orphan'),
			{kind: 'offline', way: 'keep'},
		);
		t.false(JSON.stringify(plan).includes('r-orphan'));
		const seeds = plan.filter((removal) => removal.do === 'remove-seed');
		t.is(seeds.length, 1);
	}),
);

test(
	'a clone whose worker died, a lock that stays, and a disk without a VM are told, and left to root',
	withSimulator({world: 'cluster'}, async (t, stage) => {
		const {world} = stage;
		const dead = firstSlot('r-half');
		put(world, {...aVm(dead, 'n2', {}), config: {lock: 'clone', description: ' qmclone temporary file\n'}});
		world.pools[runnerPool]?.vms.push(dead);
		putOldRunner(world, 'r-locked', 'n1', {config: {lock: 'backup'}});
		const stray = `local:${firstSlot('r-stray')}/vm-${firstSlot('r-stray')}-disk-0.qcow2`;
		world.volumes[`n3/${stray}`] = aDisk(stray, 'n3', firstSlot('r-stray'), 4);
		const {findings, plan} = await stage.run((tools) => find(aScope(knows()), tools));
		t.deepEqual(
			findings.map(({kind, way, node, mend}) => [kind, way, node, ...(mend ?? [])]),
			[
				['half-made', 'root', 'n2', `qm unlock ${dead} && qm destroy ${dead} --destroy-unreferenced-disks 1`],
				['stale-lock', 'root', 'n1', `qm unlock ${firstSlot('r-locked')}`],
				['stray-disk', 'root', 'n3', `pvesm free '${stray}'`],
			],
		);
		t.deepEqual(plan, []);
		t.deepEqual(stage.warned, []);
	}),
);

test(
	'a clone that ends while the sweep looks is no half-made one',
	withSimulator({world: 'cluster'}, async (t, stage) => {
		const as = {as: fullToken};
		const {letGo} = await halfMadeClone(stage, as);
		const during = await stage.run((tools) => find(aScope(), tools), as);
		t.deepEqual(during.findings, []);
		// The VM is read while it is half made; when the clones that run are asked for, it is whole.
		let ended: Promise<void> | undefined;
		stage.simulator.onRequest(async (_, phase, {operation}) => {
			if (operation !== 'tasks' || phase !== 'before') return;
			ended ??= letGo();
			await ended;
		});
		const {findings} = await stage.run((tools) => find(aScope(knows()), tools), as);
		t.not(ended, undefined);
		t.deepEqual(
			findings.filter(({way}) => way === 'root'),
			[],
		);
	}),
);

test(
	'a token that may not see the disks of others is told of none, and that is no failure',
	withSimulator({world: 'small'}, async (t, stage) => {
		const vmid = firstSlot('r-stray');
		const stray = `local-lvm:vm-${vmid}-disk-0`;
		stage.world.volumes[`pve/${stray}`] = aDisk(stray, 'pve', vmid, 4);
		const look = (as?: string) =>
			stage.run(
				(tools) => lookAround({vmidRange, seedStorage: 'local'}, () => [], tools),
				as === undefined ? {} : {as},
			);
		t.deepEqual((await look()).disks, []);
		t.deepEqual((await look(fullToken)).disks, [{node: 'pve', volumeId: stray, vmid}]);
		t.deepEqual(stage.warned, []);
	}),
);

/** Two thousand runners of two controllers. */
function fleet(): World {
	const world = clusterWorld();
	for (let n = 0; n < 2000; n++) {
		putOldRunner(world, `r-${n}`, `n${(n % 3) + 1}`, {
			...(n % 2 === 0 ? {} : {owner: otherController, pool: 'p'}),
			vmid: 100_000 + n * 7,
		});
	}
	return world;
}

test(
	'two thousand runners are shown with a dozen requests, and of those only that have to go the notes are read',
	// At a hundredfold pace a busy machine makes nodes silent for so long that they count as lost.
	withSimulator({world: fleet(), pace: 'genuine'}, async (t, stage) => {
		const facts = await stage.run((tools) => lookAround(place, (seen) => unreadCandidates(aScope(), seen), tools));
		t.deepEqual(
			[...controllersIn(facts)],
			[
				[otherController, 1000],
				[controller, 1000],
			],
		);
		const [first] = runnerRows(facts);
		t.like(first, {name: 'r-0', node: 'n1', controller, status: 'running', seed: false});
		t.is(stage.asked('config'), 0);
		t.true(stage.simulator.requests.length <= 12, String(stage.simulator.requests.length));

		const known = Array.from({length: 2000}, (_, n) => `r-${n}`).filter((name) => name !== 'r-42' && name !== 'r-43');
		const before = stage.simulator.requests.length;
		const {plan} = await stage.run((tools) => find(aScope(knows(...known)), tools));
		t.deepEqual(plan, [{do: 'remove-runner', name: 'r-42', vmids: [100_000 + 42 * 7]}]);
		const asked = stage.simulator.requests.slice(before);
		t.is(asked.filter(({path}) => path.endsWith('/config')).length, 1);
		t.true(asked.length <= 13, String(asked.length));
	}),
);
