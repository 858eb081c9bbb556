import test from 'ava';
import {aForeignVm, fullToken, put, runnerPool} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import {smallWorld} from '../../tools/simulator/world/small.ts';
import type {NodeState, World} from '../../tools/simulator/world.ts';
import {aRunner, otherController, runnerName} from '../helper/a-vm.ts';
import {firstSlot, putRunner, setState} from '../helper/a-world.ts';
import {failsWith, halfMadeClone, withSimulator} from '../helper/with-simulator.ts';

const {pool} = aRunner();
const cluster = {world: 'cluster'} as const;

test(
	'a list holds the runners of one pool of one controller by name, whatever else there is',
	withSimulator({world: clusterWorld()}, async (t, stage) => {
		t.deepEqual(await stage.list(), []);
		putRunner(stage.world, 'r-2', 'n1');
		putRunner(stage.world, 'r-1', 'n3');
		putRunner(stage.world, 'r-untagged', 'n2', {tags: false});
		putRunner(stage.world, 'r-other-pool', 'n2', {pool: 'My Scale Set-9dcf590a'});
		putRunner(stage.world, 'r-poolless', 'n2', {pool: ''});
		putRunner(stage.world, 'r-foreign', 'n2', {owner: otherController});
		const names = async (of?: string) => (await stage.list(of)).map(({name}) => name);
		t.deepEqual(await names(), ['r-1', 'r-2', 'r-untagged']);
		t.deepEqual(await names('My Scale Set-9dcf590a'), ['r-other-pool']);
		t.deepEqual(await names(''), ['r-poolless']);
		t.deepEqual(await names('unknown'), []);
	}),
);

test(
	'a list tells what a VM does at this moment, not what the cluster last heard',
	withSimulator(cluster, async (t, stage) => {
		const vmid = putRunner(stage.world, runnerName, 'n2');
		stage.simulator.faults.add({match: {operation: 'resources'}, times: 1, effect: {kind: 'stale-resources', ms: 1e9}});
		const powers = async () => [...(await stage.list()), await stage.get()].map(({power}) => power);
		t.deepEqual(await powers(), ['running', 'running']);
		Object.assign(stage.world.guests[vmid] ?? {}, {power: 'stopped'});
		t.deepEqual(await powers(), ['stopped', 'stopped']);
	}),
);

test(
	'the power of a fresh VM is known before the cluster has heard of it',
	withSimulator({}, async (t, stage) => {
		await stage.create();
		// The row says `unknown` until the next broadcast.
		t.like(await stage.get(), {name: runnerName, power: 'running'});
		t.deepEqual(
			(await stage.list()).map(({power}) => power),
			['running'],
		);
		await stage.setPower('stopped');
		t.is((await stage.get()).power, 'stopped');
		t.deepEqual(
			(await stage.list()).map(({power}) => power),
			['stopped'],
		);
	}),
);

for (const since of ['long', 'minute'] as const) {
	const node = 'n3';
	const when = since === 'long' ? 'long ago' : 'a minute ago';
	const world = () => {
		const made = clusterWorld();
		putRunner(made, 'r-lost', node);
		putRunner(made, 'r-near', 'n1');
		return setState(made, node, 'dead', since);
	};
	test(
		`a tagged runner on a node that died ${when} is listed as unknown, and shown so`,
		withSimulator({world: world()}, async (t, stage) => {
			t.deepEqual(
				(await stage.list()).map(({name, power, pool: of}) => [name, power, of]),
				[
					['r-lost', 'unknown', pool],
					['r-near', 'running', pool],
				],
			);
			t.like(await stage.get({name: 'r-lost'}), {name: 'r-lost', pool, power: 'unknown'});
			await failsWith(t, stage.get({name: 'r-never'}), 'not-found');
		}),
	);
	test(
		`a list fails where a VM in the range that died with its node ${when} carries no tags`,
		withSimulator({world: world()}, async (t, stage) => {
			const vmid = putRunner(stage.world, 'r-untagged', node, {tags: false});
			const message = await failsWith(t, stage.list(), 'unreachable');
			t.regex(message, new RegExp(`Nobody can tell whether VM ${vmid} is a runner: its node ${node} is off line`));
			t.is((await stage.get({name: 'r-untagged'})).power, 'unknown');
		}),
	);
}

for (const state of ['api-down', 'api-hanging'] satisfies readonly NodeState[]) {
	test(
		`a list fails where a node with a runner is ${state}, and so does a look at that runner`,
		withSimulator(cluster, async (t, stage) => {
			putRunner(stage.world, 'r-1', 'n1');
			putRunner(stage.world, 'r-3', 'n3');
			await stage.simulator.setNode('n3', state);
			await failsWith(t, stage.list(), 'unreachable');
			await failsWith(t, stage.get({name: 'r-3'}), 'unreachable');
			t.is((await stage.get({name: 'r-1'})).power, 'running');
		}),
	);
}

const halfPages: readonly (readonly [string, string])[] = [
	['an empty page', JSON.stringify({data: []})],
	['a page without nodes', JSON.stringify({data: [{type: 'storage', node: 'n1', storage: 'local'}]})],
	[
		'a row without its node',
		JSON.stringify({
			data: [
				{type: 'node', node: 'n1', status: 'online'},
				{type: 'qemu', vmid: 1},
			],
		}),
	],
	['no list', JSON.stringify({data: {}})],
];
for (const [what, body] of halfPages) {
	test(
		`nothing is concluded from ${what} of the cluster`,
		withSimulator(cluster, async (t, stage) => {
			putRunner(stage.world, 'r-1', 'n1');
			const effect = {kind: 'answer', status: 200, reason: 'OK', body, contentType: 'application/json'} as const;
			stage.simulator.faults.add({match: {operation: 'resources'}, effect});
			for (const work of [
				stage.list(),
				stage.get({name: 'r-1'}),
				stage.remove({name: 'r-1'}),
				stage.removeAll(),
				stage.setPower('stopped', {name: 'r-1'}),
			]) {
				await failsWith(t, work, 'unreachable');
			}
			t.is(stage.vmOf('r-1').power, 'running');
		}),
	);
}

test(
	'a token that has lost VM.Audit on its pool is told so, and no runner is called gone',
	withSimulator({}, async (t, stage) => {
		await stage.create();
		const {access} = stage.world;
		const rights = access.acl;
		access.acl = rights.filter(({path}) => path !== '/pool/garm');
		const before = JSON.stringify(stage.simulator.snapshot().guests);
		for (const work of [
			() => stage.list(),
			() => stage.get(),
			() => stage.remove(),
			() => stage.removeAll(),
			() => stage.setPower('stopped'),
		]) {
			t.regex(await failsWith(t, work(), 'refused'), /lacks VM\.Audit on \/pool\/garm.*garm-proxmox doctor/);
		}
		t.is(JSON.stringify(stage.simulator.snapshot().guests), before);
		access.acl = [...rights.filter(({path}) => path !== '/pool/garm'), ...onAllVms(rights)];
		t.is((await stage.list()).length, 1, 'the same right on all VMs does as well');
	}),
);

function onAllVms(rights: World['access']['acl']): World['access']['acl'] {
	return rights.filter(({path}) => path === '/pool/garm').map((right) => ({...right, path: '/vms'}));
}

test(
	'a cluster that lists its nodes and no VM is looked at node by node',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, 'r-1', 'n1');
		putRunner(stage.world, 'r-3', 'n3');
		const rows = ['n1', 'n2', 'n3'].map((node) => ({type: 'node', node, status: 'online'}));
		const body = JSON.stringify({data: rows});
		const effect = {kind: 'answer', status: 200, reason: 'OK', body, contentType: 'application/json'} as const;
		stage.simulator.faults.add({match: {operation: 'resources'}, effect});
		t.deepEqual(
			(await stage.list()).map(({name, power}) => [name, power]),
			[
				['r-1', 'running'],
				['r-3', 'running'],
			],
		);
		await stage.simulator.setNode('n3', 'api-down');
		await failsWith(t, stage.list(), 'unreachable');
	}),
);

test(
	'half a page is asked for again',
	withSimulator(cluster, async (t, stage) => {
		putRunner(stage.world, 'r-1', 'n1');
		stage.simulator.faults.add({match: {operation: 'resources'}, times: 2, effect: {kind: 'truncate'}});
		t.is((await stage.list()).length, 1);
	}),
);

test(
	'VMs that move or vanish while a list is made are listed where they are, or not at all',
	withSimulator(cluster, async (t, stage) => {
		const names = Array.from({length: 20}, (_, n) => `r-${String(n).padStart(2, '0')}`);
		for (const name of names) putRunner(stage.world, name, 'n1');
		const leaving = names.slice(0, 16);
		const gone = leaving.filter((_, n) => n % 2 === 0);
		// After each list of VMs, and so before their configs are read, two more of them have left.
		stage.simulator.onRequest((_, phase, {operation}) => {
			if (phase !== 'after' || operation !== 'resources') return;
			for (const name of leaving.splice(0, 2)) {
				if (gone.includes(name)) delete stage.world.guests[firstSlot(name)];
				else stage.simulator.migrate(firstSlot(name), 'n2');
			}
		});
		const listed = (await stage.list()).map(({name}) => name);
		t.deepEqual(
			names.filter((name) => !gone.includes(name) && !listed.includes(name)),
			[],
		);
		t.true(leaving.length > 0, 'it does not wait for the storm to end');
	}),
);

test(
	'a VM that has lost its mark is listed while its tags and its VMID say who it is',
	withSimulator(cluster, async (t, stage) => {
		const vmid = putRunner(stage.world, 'r-1', 'n1');
		const guest = stage.world.guests[vmid];
		if (guest !== undefined) guest.config.description = 'a note of somebody who knew nothing of marks';
		t.deepEqual(
			(await stage.list()).map(({name, power}) => [name, power]),
			[['r-1', 'running']],
		);
	}),
);

test(
	"a person's copy of a runner is no runner",
	withSimulator({}, async (t, stage) => {
		await stage.create();
		const {config} = stage.vmOf(runnerName);
		put(stage.world, {...aForeignVm(300, 'pve', 'copy'), config: {...config, name: 'copy'}});
		stage.world.pools[runnerPool]?.vms.push(300);
		t.deepEqual(
			(await stage.list()).map(({name}) => name),
			[runnerName],
		);
		await stage.remove();
		await stage.removeAll();
		t.deepEqual(stage.changes(), ['~ pool garm', '+ VM 300']);
	}),
);

test(
	'addresses are those the guest agent tells, of the one that answers',
	withSimulator(cluster, async (t, stage) => {
		const up = putRunner(stage.world, 'r-up', 'n1');
		const inside = {
			agentAfterMs: 0,
			interfaces: [
				{name: 'lo', addresses: ['127.0.0.1/8', '::1/128']},
				{name: 'eth0', addresses: ['10.1.2.3/24', 'fe80::1/64', '2001:db8::7/64']},
				{name: 'docker0', addresses: []},
			],
		};
		Object.assign(stage.world.guests[up] ?? {}, {inside});
		t.deepEqual((await stage.get({name: 'r-up'})).addresses, ['10.1.2.3', '2001:db8::7']);
		t.deepEqual(
			(await stage.list()).map(({addresses}) => addresses),
			[['10.1.2.3', '2001:db8::7']],
		);
	}),
);

test(
	'a list asks no further on a node where one agent stays silent, and none without an agent or power',
	withSimulator(cluster, async (t, stage) => {
		for (const name of ['r-1', 'r-2', 'r-3', 'r-4']) {
			const vmid = putRunner(stage.world, name, 'n1');
			Object.assign(stage.world.guests[vmid] ?? {}, {inside: {agentAfterMs: 'never'}});
		}
		const off = stage.world.guests[putRunner(stage.world, 'r-off', 'n2')];
		if (off !== undefined) off.power = 'stopped';
		const bare = stage.world.guests[putRunner(stage.world, 'r-bare', 'n2')];
		if (bare !== undefined) bare.config.agent = '0';
		putRunner(stage.world, 'r-up', 'n3');
		const told = await stage.list();
		t.is(told.length, 7);
		t.deepEqual(
			told.filter(({addresses}) => addresses.length > 0).map(({name}) => name),
			['r-up'],
		);
		t.is(stage.asked('agent-interfaces'), 2);
		t.deepEqual((await stage.get({name: 'r-1'})).addresses, []);
	}),
);

test(
	'a token without the right to the agent shows its runners without addresses',
	withSimulator({world: smallWorld()}, async (t, stage) => {
		putRunner(stage.world, 'r-1', 'pve');
		Object.assign(stage.world.access.roles, {
			GarmRunner: stage.world.access.roles.GarmRunner?.filter((privilege) => !privilege.startsWith('VM.GuestAgent')),
		});
		t.like(await stage.get({name: 'r-1'}), {power: 'running', addresses: []});
		t.deepEqual(
			(await stage.list()).map(({name, addresses}) => [name, addresses]),
			[['r-1', []]],
		);
	}),
);

test(
	'a runner is shown with what its notes say of it, wherever it is by now',
	withSimulator(cluster, async (t, stage) => {
		await stage.create({os: 'windows', arch: 'amd64', osName: 'Windows Server', osVersion: '2025'});
		const {vmid, node} = stage.vmOf(runnerName);
		stage.simulator.migrate(vmid, node === 'n1' ? 'n2' : 'n1');
		const {mark, power} = await stage.get();
		t.is(power, 'running');
		t.like(mark, {runner: runnerName, pool, os: 'windows', arch: 'amd64', osName: 'Windows Server', osVersion: '2025'});
		t.deepEqual((await stage.list())[0]?.mark, mark);
	}),
);

for (const [how, options] of [
	['shows no VM until it is whole', {}],
	['shows a VM without a name', {as: fullToken}],
] as const) {
	test(
		`a runner whose clone is under way is unknown, not absent, to a token that it ${how}`,
		withSimulator(cluster, async (t, stage) => {
			const {letGo} = await halfMadeClone(stage, options);
			t.like(await stage.get({}, options), {name: runnerName, power: 'unknown'});
			t.deepEqual(await stage.list(), []);
			await letGo();
			t.is((await stage.get()).power, 'stopped');
		}),
	);
}
