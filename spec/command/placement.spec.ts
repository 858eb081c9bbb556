import test from 'ava';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {aForeignVm, put} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import type {NodeState, World} from '../../tools/simulator/world.ts';
import {runnerName} from '../helper/a-vm.ts';
import {setState} from '../helper/a-world.ts';
import {failsWith, type Stage, withSimulator} from '../helper/with-simulator.ts';

const cluster = {world: 'cluster'} as const;
const shared: Partial<DesiredRunner> = {template: 'ubuntu-24.04-runner'};
const replicas: Partial<DesiredRunner> = {template: 'debian-12-runner'};

/** A cluster whose nodes run so many VMs of other people; each takes memory. */
function crowdedNodes(counts: Readonly<Record<string, number>>): World {
	const world = clusterWorld();
	for (const [node, count] of Object.entries(counts)) {
		for (let n = 0; n < count; n++)
			put(world, aForeignVm(200 + Object.keys(world.guests).length, node, `app-${node}-${n}`));
	}
	return world;
}

/** Where `names` came to live, by the notes. */
async function homes(
	stage: Stage,
	changes: Partial<DesiredRunner>,
	names: readonly string[],
): Promise<readonly string[]> {
	for (const name of names) await stage.create({...changes, name});
	return names.map((name) => stage.vmOf(name).node);
}

test(
	'a template on shared storage is cloned to the node with the most free memory, and its seed is read there',
	withSimulator({world: crowdedNodes({n1: 4, n2: 6})}, async (t, stage) => {
		stage.world.access.acl.push(...seeingNodes());
		await stage.create(shared);
		const {node, power, config} = stage.vmOf(runnerName);
		t.deepEqual([node, power], ['n3', 'running']);
		t.regex(config.ide2 ?? '', /^shared:iso\//);
		t.deepEqual(stage.simulator.requests.find(({operation}) => operation === 'clone')?.form.target, 'n3');
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

/** The right to read how full the nodes are. */
const seeingNodes = () =>
	['garm@pve', 'garm@pve!runner'].map((who) => ({path: '/nodes', who, role: 'PVEAuditor', propagate: true}));

test(
	'without the right to see memory, the node with the fewest VMs is taken',
	withSimulator(cluster, async (t, stage) => {
		const nodes = await homes(stage, shared, ['r-1', 'r-2', 'r-3', 'r-4', 'r-5', 'r-6']);
		t.deepEqual([...nodes].sort(), ['n1', 'n1', 'n2', 'n2', 'n3', 'n3']);
	}),
);

test(
	"a template that has a replica on each node's own storage is cloned where it lies",
	withSimulator(cluster, async (t, stage) => {
		const nodes = await homes(stage, replicas, ['r-1', 'r-2', 'r-3']);
		t.deepEqual([...nodes].sort(), ['n1', 'n2', 'n3']);
		for (const {node, config} of stage.runners()) {
			const source = {n1: 9101, n2: 9102, n3: 9103}[node];
			t.true(config.scsi0?.startsWith(`local:${source}/base-${source}-disk-0.qcow2/`), config.scsi0);
		}
		t.false(stage.simulator.requests.some(({operation, form}) => operation === 'clone' && 'target' in form));
	}),
);

for (const state of ['dead', 'maintenance'] satisfies readonly NodeState[]) {
	for (const [what, image] of [
		['a clone of the shared template', shared],
		['a clone of a replica', replicas],
	] as const) {
		test(
			`${what} never goes to a node that is ${state === 'dead' ? 'off line' : 'in maintenance'}`,
			withSimulator({world: inState('n3', state)}, async (t, stage) => {
				const nodes = await homes(stage, image, ['r-1', 'r-2', 'r-3', 'r-4']);
				t.deepEqual([...nodes].sort(), ['n1', 'n1', 'n2', 'n2']);
			}),
		);
	}
}

/** A cluster in which a node has been in that state for long. */
function inState(node: string, state: NodeState): World {
	const world = clusterWorld();
	if (state === 'maintenance') for (const each of Object.values(world.nodes)) each.hastate = 'online';
	Object.assign(world.nodes[node] ?? {}, state === 'maintenance' ? {hastate: 'maintenance'} : {});
	return setState(world, node, state);
}

test(
	'a replica whose node does not answer is passed by while another one can be cloned',
	withSimulator(cluster, async (t, stage) => {
		await stage.simulator.setNode('n2', 'api-down');
		const nodes = await homes(stage, replicas, ['r-1', 'r-2', 'r-3', 'r-4']);
		t.deepEqual([...nodes].sort(), ['n1', 'n1', 'n3', 'n3']);
		t.regex(stage.warned.join(''), /9102/);
	}),
);

for (const state of ['api-down', 'api-hanging'] satisfies readonly NodeState[]) {
	test(
		`a node that is on line and ${state} gets no clone of a shared template`,
		withSimulator(cluster, async (t, stage) => {
			await stage.simulator.setNode('n3', state);
			const nodes = await homes(stage, shared, ['r-1', 'r-2', 'r-3', 'r-4']);
			t.deepEqual([...nodes].sort(), ['n1', 'n1', 'n2', 'n2']);
			t.regex(stage.warned.join(''), /passed by.*n3|n3.*passed by/s);
		}),
	);
}

test(
	'a create that may go to no other node than a silent one makes nothing, and says which node does not answer',
	withSimulator(cluster, async (t, stage) => {
		await stage.simulator.setNode('n3', 'api-down');
		const message = await failsWith(t, stage.create({...shared, nodes: ['n3']}), 'unreachable');
		t.regex(message, /n3/);
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a template whose only node is off line makes nothing, and the message names the node',
	withSimulator({world: inState('n2', 'dead')}, async (t, stage) => {
		const message = await failsWith(t, stage.create({template: 9001}), 'bad-request');
		t.regex(message, /node n2 of template 9001 is off line/);
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'of a node that is off line for long nobody knows the templates, and the message says so',
	withSimulator({world: inState('n2', 'dead')}, async (t, stage) => {
		const message = await failsWith(t, stage.create({template: 'windows-2025-runner'}), 'bad-request');
		t.regex(message, /no template "windows-2025-runner".*; node n2 is off line and tells nothing\./);
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'only the nodes that are allowed are chosen, and where none of them will do the message says why',
	withSimulator({world: inState('n3', 'dead')}, async (t, stage) => {
		const nodes = await homes(stage, {...shared, nodes: ['n2', 'n3']}, ['r-1', 'r-2', 'r-3']);
		t.deepEqual(nodes, ['n2', 'n2', 'n2']);
		const message = await failsWith(t, stage.create({...shared, nodes: ['n3'], name: 'r-4'}), 'refused');
		t.regex(message, /Unable to place runner r-4: .*node n3 is off line/);
		t.deepEqual(stage.runners().length, 3);
	}),
);

test(
	'a template is cloned from wherever it is, also right after it has moved',
	withSimulator(cluster, async (t, stage) => {
		let moved = false;
		stage.simulator.onRequest((_, phase, {operation, path}) => {
			if (moved || phase !== 'before' || operation !== 'config-get' || !path.includes('/9000/')) return;
			moved = true;
			stage.simulator.migrate(9000, 'n2');
		});
		await stage.create(shared);
		t.true(moved);
		t.is(stage.vmOf(runnerName).power, 'running');
	}),
);

test(
	"a local seed storage gets the seed on the VM's own node",
	withSimulator(cluster, async (t, stage) => {
		const own = stage.runner();
		await stage.create({...replicas, nodes: ['n2'], seed: {...own.seed, storage: 'local'}});
		const seeds = Object.values(stage.world.volumes).filter(({content}) => content === 'iso');
		t.deepEqual(
			seeds.map(({volid, node}) => [volid, node]),
			[[`local:iso/${own.seed.fileName}`, 'n2']],
		);
		await stage.remove({seed: {storage: 'local'}});
		t.deepEqual(stage.changes(), []);
	}),
);
