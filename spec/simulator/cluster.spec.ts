import test from 'ava';
import {manualClock} from '../../tools/simulator/clock.ts';
import {type Client, enlarge, full, runner, simulated, timely} from './client.ts';

// Texts and states: transcripts of a three-node PVE 8.4 cluster (01 to 17) and CLUSTER.

const world = 'cluster';
const vms = async (pve: Client, via = 0) =>
	(await pve.send('GET', '/cluster/resources?type=vm', undefined, {via})).data as readonly Record<string, unknown>[];
const row = async (pve: Client, vmid: number, via = 0) => (await vms(pve, via)).find((found) => found.vmid === vmid);
const nodes = async (pve: Client, via = 0) => {
	const {data} = await pve.send('GET', '/cluster/resources?type=node', undefined, {via});
	return Object.fromEntries(data.map(({node, status, hastate}: Record<string, string>) => [node, hastate ?? status]));
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(
	'every node answers for every other, in the same words',
	simulated({world}, async (t, pve) => {
		for (const path of [
			'/nodes/n3/qemu/103/config',
			'/nodes/n3/qemu/888/config',
			'/nodes/n3/qemu/abc/config',
			'/nodes/n3/nosuch',
		]) {
			const [direct, proxied] = [await pve.send('GET', path, undefined, {via: 2}), await pve.send('GET', path)];
			t.deepEqual([proxied.status, proxied.reason, proxied.body], [direct.status, direct.reason, direct.body], path);
		}
		t.is(
			(await pve.send('GET', '/nodes/localhost/qemu/9000/config', undefined, {via: 1})).reason,
			"Configuration file 'nodes/n2/qemu-server/9000.conf' does not exist",
		);
		t.is((await pve.send('GET', '/nodes/n9/qemu')).status, 500);
		const status = (await pve.send('GET', '/cluster/status', undefined, {via: 1})).data;
		t.like(status[0], {type: 'cluster', nodes: 3, quorate: 1});
		t.deepEqual(
			status.slice(1).map(({name, local}: {name: string; local: number}) => [name, local]),
			[
				['n1', 0],
				['n2', 1],
				['n3', 0],
			],
		);
		t.is(
			(await pve.send('GET', '/cluster/status', undefined, {as: runner})).reason,
			'Permission check failed (/, Sys.Audit)',
		);
	}),
);

test(
	'a clone with a target appears there at its end; the task is the template node’s',
	simulated({world}, async (t, pve) => {
		const cloned = await pve.send(
			'POST',
			'/nodes/n1/qemu/9000/clone',
			{newid: 602, target: 'n3', pool: 'garm'},
			{as: runner, via: 1},
		);
		t.regex(cloned.data, /^UPID:n1:/);
		const {data: elsewhere} = await pve.send('GET', `/nodes/n3/tasks/${encodeURIComponent(cloned.data)}/status`);
		t.is(elsewhere, null);
		t.is(await pve.outcome(cloned, 2), 'OK');
		t.is((await row(pve, 602))?.node, 'n3');
		t.is(
			(await pve.send('GET', '/nodes/n1/qemu/602/config')).reason,
			"Configuration file 'nodes/n1/qemu-server/602.conf' does not exist",
		);
		const refused = async (source: string, form: Readonly<Record<string, string | number>>) =>
			(await pve.send('POST', `/nodes/n1/qemu/${source}/clone`, {newid: 610, ...form})).reason;
		t.is(await refused('9101', {target: 'n2'}), "can't clone VM to node 'n2' (VM uses local storage)");
		t.is(await refused('9000', {target: 'n2', full: 1, storage: 'local'}), "can't clone to non-shared storage 'local'");
		t.is(await refused('9000', {target: 'N2'}), "no such cluster node 'N2'");
		t.is(await refused('9102', {}), "unable to find configuration file for VM 9102 on node 'n1'");
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 611, target: 'localhost'})), 'OK');
	}),
);

test(
	'one VMID has one owner in the cluster, and the losers learn it from their task',
	simulated({world}, async (t, pve) => {
		const ends = await Promise.all(
			[1, 2, 3].map((n) =>
				pve.outcome(pve.send('POST', `/nodes/n${n}/qemu/910${n}/clone`, {newid: 700}, {via: n - 1})),
			),
		);
		t.is(ends.filter((end) => end === 'OK').length, 1);
		for (const [index, end] of ends.entries()) {
			if (end !== 'OK')
				t.is(end, `close (rename) atomic file '/etc/pve/nodes/n${index + 1}/qemu-server/700.conf' failed: File exists`);
		}
		t.is(
			(await pve.send('POST', '/nodes/n1/qemu', {vmid: 102})).reason,
			"unable to create VM 102 - VM 102 already exists on node 'n2'",
		);
	}),
);

test(
	'an upload stays on the node asked, and reaches the other by ssh',
	simulated({world}, async (t, pve, {world: state}) => {
		const data = Buffer.alloc(2048);
		const sent = await pve.upload('n2', 'local', 'a.iso', data);
		t.regex(sent.data, /^UPID:n1:/);
		t.is(await pve.outcome(sent), 'OK');
		t.true((await pve.log(sent.data)).includes('target node: n2'));
		t.deepEqual(
			Object.keys(state.volumes).filter((key) => key.endsWith('a.iso')),
			['n2/local:iso/a.iso'],
		);
		t.is(
			(await pve.send('PUT', '/nodes/n1/qemu/101/config', {ide2: 'local:iso/a.iso,media=cdrom'})).reason,
			"volume 'local:iso/a.iso' does not exist",
		);
		t.is(await pve.outcome(pve.upload('localhost', 'shared', 'b.iso', data)), 'OK');
		t.is((await pve.send('GET', '/nodes/n3/storage/shared/content?content=iso')).data.length, 1);
		Object.assign(state.nodes.n3 ?? {}, {ssh: false});
		const options = [
			...["'BatchMode=yes'", "'HostKeyAlias=n3'", "'UserKnownHostsFile=/etc/pve/nodes/n3/ssh_known_hosts'"],
			"'GlobalKnownHostsFile=none'",
		];
		const ssh = `/usr/bin/ssh ${options.map((option) => `-o ${option}`).join(' ')} ${state.nodes.n3?.ip}`;
		t.is(
			(await pve.upload('n3', 'local', 'c.iso', data)).reason,
			`can't activate storage 'local' on node 'n3': command '${ssh} -- /usr/sbin/pvesm status --storage local' failed: exit code 255`,
		);
		await pve.simulator.setNode('n3', 'dead');
		t.is((await pve.upload('n3', 'local', 'd.iso', data)).status, 0);
	}),
);

test(
	'a node whose API is down refuses: 595, nothing done, after the entry node’s own checks',
	simulated({world}, async (t, pve, {setNode, world: state}) => {
		await setNode('n3', 'api-down');
		const refused = await pve.send('POST', '/nodes/n3/qemu/9103/clone', {newid: 800});
		t.deepEqual([refused.status, refused.reason, refused.text], [595, 'Connection refused', '']);
		t.is(refused.headers['content-type'], undefined);
		t.is(state.guests[800], undefined);
		t.is((await pve.send('GET', '/nodes/n3/status', undefined, {as: runner})).status, 403);
		t.is((await pve.send('GET', '/nodes/n3/nosuch')).status, 501);
		t.is((await pve.send('GET', '/version', undefined, {via: 2})).status, 0);
		t.deepEqual(await nodes(pve), {n1: 'online', n2: 'online', n3: 'online'});
		await setNode('n3', 'online');
		t.is((await pve.send('GET', '/version', undefined, {via: 2})).status, 200);
	}),
);

test(
	'a node whose daemon hangs gives 596, and does what it was asked when it goes on',
	simulated({world}, async (t, pve, {setNode, settle, world: state}) => {
		await setNode('n3', 'daemon-hanging');
		t.is((await pve.send('GET', '/nodes/n3/qemu/103/config')).status, 200);
		const hung = await pve.send('POST', '/nodes/n3/qemu/9103/clone', {newid: 800});
		t.deepEqual([hung.status, hung.reason, hung.text], [596, 'Connection timed out', '']);
		t.is(state.guests[800], undefined);
		await setNode('n3', 'online');
		await settle();
		t.is(state.guests[800]?.node, 'n3');
	}),
);

test(
	'a node whose API hangs gives 596 and never hears of it; a request that still waits is answered when it goes on',
	simulated({world}, async (t, pve, {setNode, settle, world: state}) => {
		await setNode('n3', 'api-hanging');
		t.is((await pve.send('POST', '/nodes/n3/qemu/9103/clone', {newid: 800})).status, 596);
		const waiting = pve.send('POST', '/nodes/n3/qemu/9103/clone', {newid: 801});
		while (!pve.simulator.requests.some(({form, status}) => form.newid === '801' && status === 0)) await sleep(1);
		await setNode('n3', 'online');
		t.is(await pve.outcome(waiting), 'OK');
		await settle();
		t.deepEqual([state.guests[800], state.guests[801]?.node], [undefined, 'n3']);
	}),
);

test(
	'a node whose daemon is down refuses what needs root, also where it is asked itself, and answers the rest',
	simulated({world}, async (t, pve, {setNode}) => {
		await setNode('n3', 'daemon-down');
		for (const via of [0, 2]) {
			const refused = await pve.send('GET', '/nodes/n3/qemu', undefined, {via});
			t.deepEqual([refused.status, refused.reason, refused.text], [595, 'Connection refused', '']);
			t.is((await pve.send('GET', '/nodes/n3/qemu/103/config', undefined, {via})).status, 200);
		}
	}),
);

test('a dead node: writes stall until corosync knows, then it is offline, and after five minutes its guests are unknown', async (t) => {
	const clock = manualClock();
	await simulated({world, clock}, async (_, pve, {setNode, world: state}) => {
		await timely(clock, setNode('n3', 'dead'));
		t.deepEqual(await timely(clock, nodes(pve)), {n1: 'online', n2: 'online', n3: 'online'});
		t.is((await timely(clock, pve.send('PUT', '/nodes/n1/qemu/101/config', {description: 'x'}))).status, 200);
		t.true(clock.now() - (state.nodes.n3?.since ?? 0) >= 8000);
		t.deepEqual(await timely(clock, nodes(pve)), {n1: 'online', n2: 'online', n3: 'offline'});
		t.is((await timely(clock, pve.send('GET', '/nodes/n3/qemu'))).reason, 'Connection timed out');
		await clock.advance(30_000);
		t.is((await timely(clock, pve.send('GET', '/nodes/n3/qemu'))).reason, 'No route to host');
		t.like(await timely(clock, row(pve, 103)), {status: 'running', name: 'app-n3'});
		t.is(
			await timely(clock, pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 810, target: 'n3'}))),
			'OK',
		);
		t.is((await timely(clock, pve.send('GET', '/nodes/n3/qemu/810/config'))).status, 595);
		await clock.advance(300_000);
		t.deepEqual(await timely(clock, row(pve, 103)), {
			id: 'qemu/103',
			vmid: 103,
			node: 'n3',
			type: 'qemu',
			status: 'unknown',
		});
		t.deepEqual((await timely(clock, pve.send('GET', '/cluster/nextid?vmid=103'))).errors, {
			vmid: 'VM 103 already exists',
		});
		await timely(clock, setNode('n3', 'online'));
		t.is((await timely(clock, nodes(pve))).n3, 'unknown');
		await clock.advance(12_000);
		t.like(await timely(clock, row(pve, 103)), {status: 'stopped', name: 'app-n3'});
		t.is(state.guests[103]?.power, 'stopped');
	})(t);
});

test(
	'the template’s node dies in a clone: a nameless stub stays on it',
	simulated({world}, async (t, pve, {setNode, world: state}) => {
		enlarge(pve.simulator, 'shared:9000/base-9000-disk-0.qcow2', 6000);
		await pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 621, target: 'n3', full: 1, pool: 'garm'}, {via: 1});
		while (state.guests[621] === undefined) await sleep(1);
		await setNode('n1', 'dead');
		t.like(state.guests[621], {node: 'n1', config: {lock: 'clone', description: ' qmclone temporary file'}});
		await setNode('n1', 'online');
		t.is(await pve.outcome(pve.send('DELETE', '/nodes/n1/qemu/621')), 'VM is locked (clone)');
	}),
);

test(
	'without quorum reads go on, and each write fails in its own way',
	simulated({world}, async (t, pve, {setNode, world: state}) => {
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/9101/clone', {newid: 852})), 'OK');
		const disk = 'n1/local:9101/base-9101-disk-0.qcow2/852/vm-852-disk-0.qcow2';
		await setNode('n2', 'dead');
		await setNode('n3', 'dead');
		const denied =
			/^unable to open file '\/etc\/pve\/nodes\/n1\/qemu-server\/852\.conf\.tmp\.\d+' - Permission denied$/;
		t.regex((await pve.send('PUT', '/nodes/n1/qemu/852/config', {description: 'x'})).reason, denied);
		t.is((await pve.send('GET', '/nodes/n1/qemu/852/config')).status, 200);
		t.is((await pve.send('GET', '/cluster/status')).data[0].quorate, 0);
		const clone = await pve.send('POST', '/nodes/n1/qemu/9101/clone', {newid: 853});
		t.deepEqual([clone.status, clone.reason], [500, 'cluster not ready - no quorum?']);
		t.is((await pve.send('POST', '/nodes/n1/qemu/852/status/start')).reason, 'cluster not ready - no quorum?');
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/101/status/stop')), 'OK');
		t.regex(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/852/config', {description: 'x'})), denied);
		t.is(
			(await pve.send('PUT', '/pools/garm', {vms: '852'})).reason,
			"update pools failed: cfs-lock 'file-user_cfg' error: no quorum!",
		);
		t.true(disk in state.volumes);
		t.regex(await pve.outcome(pve.send('DELETE', '/nodes/n1/qemu/852')), denied);
		t.false(disk in state.volumes);
		t.true(852 in state.guests);
		await setNode('n2', 'online');
		t.is(await pve.outcome(pve.send('DELETE', '/nodes/n1/qemu/852')), 'OK');
	}),
);

test(
	'a node that lost its corosync believes in its old cluster',
	simulated({world}, async (t, pve, {setNode}) => {
		await setNode('n3', 'no-quorum');
		await sleep(90);
		t.is((await nodes(pve)).n3, 'offline');
		t.deepEqual(await nodes(pve, 2), {n1: 'online', n2: 'online', n3: 'online'});
		t.is((await pve.send('POST', '/nodes/n3/qemu/9103/clone', {newid: 900})).reason, 'cluster not ready - no quorum?');
		t.is((await pve.send('PUT', '/nodes/n1/qemu/101/config', {description: 'x'}, {via: 2})).status, 200);
	}),
);

test(
	'maintenance is seen in hastate only, and stops nothing',
	simulated({world}, async (t, pve, {setNode}) => {
		await setNode('n3', 'maintenance');
		while ((await nodes(pve)).n3 !== 'maintenance') await sleep(2);
		const {data} = await pve.send('GET', '/cluster/resources?type=node');
		t.deepEqual(new Set(data.map(({status}: {status: string}) => status)), new Set(['online']));
		t.deepEqual(await nodes(pve), {n1: 'online', n2: 'online', n3: 'maintenance'});
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 910, target: 'n3'})), 'OK');
	}),
);

test(
	'HA only queues, and takes a dead node’s VM elsewhere',
	simulated({world}, async (t, pve, {setNode, world: state}) => {
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 952, target: 'n2'})), 'OK');
		Object.assign(state.guests[952] ?? {}, {ha: 'stopped'});
		t.is(await pve.outcome(pve.send('POST', '/nodes/n2/qemu/952/status/start')), 'OK');
		while (state.guests[952]?.power !== 'running') await sleep(2);
		t.is(
			(await pve.send('DELETE', '/nodes/n2/qemu/952')).reason,
			'unable to remove VM 952 - used in HA resources and purge parameter not set.',
		);
		await setNode('n2', 'dead');
		while (state.guests[952]?.power !== 'running') await sleep(10);
		t.is(state.guests[952].node, 'n1');
	}),
);

test('HA starts a VM some seconds after its task, and stops it more seconds after', async (t) => {
	const clock = manualClock();
	await simulated({world, clock}, async (_, pve, {world: state}) => {
		const power = () => state.guests[101]?.power;
		Object.assign(state.guests[101] ?? {}, {ha: 'stopped', power: 'stopped'});
		await timely(clock, pve.outcome(pve.send('POST', '/nodes/n1/qemu/101/status/start')));
		t.deepEqual([power(), state.guests[101]?.ha], ['stopped', 'started']);
		await clock.advance(8000);
		t.is(power(), 'running');
		await timely(clock, pve.outcome(pve.send('POST', '/nodes/n1/qemu/101/status/stop')));
		await clock.advance(8000);
		t.deepEqual([power(), state.guests[101]?.ha], ['running', 'stopped']);
		await clock.advance(8000);
		t.is(power(), 'stopped');
	})(t);
});

test(
	'a VM that moved looks deleted where it was',
	simulated({world}, async (t, pve, {migrate}) => {
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 800})), 'OK');
		migrate(800, 'n2');
		const gone = "Configuration file 'nodes/n1/qemu-server/800.conf' does not exist";
		t.is((await pve.send('GET', '/nodes/n1/qemu/800/config')).reason, gone);
		t.is((await pve.send('DELETE', '/nodes/n1/qemu/800')).reason, gone);
		t.is(await pve.outcome(pve.send('POST', '/nodes/n1/qemu/800/status/start')), gone);
		t.is(
			await pve.outcome(pve.send('POST', '/nodes/n1/qemu/800/status/stop')),
			"unable to find configuration file for VM 800 on node 'n1'",
		);
		t.is((await row(pve, 800))?.node, 'n2');
	}),
);

test(
	'the shared storage has one lock, asked for once a second and ten seconds long',
	simulated({world}, async (t, pve, {world: state}) => {
		Object.assign(state.volumes['shared:9001/base-9001-disk-0.qcow2'] ?? {}, {size: 1024 ** 3});
		const ends = await Promise.all(
			Array.from({length: 12}, (_, n) =>
				pve.outcome(pve.send('POST', '/nodes/n1/qemu/9000/clone', {newid: 2000 + n, pool: 'garm'}, {as: full})),
			),
		);
		for (const end of ends)
			t.regex(end, /^(?:OK|clone failed: cfs-lock 'storage-shared' error: got lock request timeout)$/);
		t.true(ends.includes('OK'));
		const left = Object.values(state.guests).filter(({vmid}) => vmid >= 2000 && vmid < 2100);
		t.is(left.length, ends.filter((end) => end === 'OK').length);
	}),
);
