import test from 'ava';
import {manualClock} from '../../tools/simulator/clock.ts';
import {full, simulated, timely} from './client.ts';

// Shapes of answers as the transcripts of 8.4 and 9.2 have them: 00-setup, 02-cluster, 04-clone, 06-lifecycle.

const vm = '/nodes/pve/qemu';
const keysOf = (row: object): readonly string[] => Object.keys(row).sort();

test(
	'a list has a total, unless it is empty',
	simulated({}, async (t, pve) => {
		t.deepEqual((await pve.send('GET', '/nodes/pve/tasks')).body, {data: []});
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 500})), 'OK');
		t.like((await pve.send('GET', '/nodes/pve/tasks')).body, {total: 1});
	}),
);

for (const pveVersion of ['8.4', '9.2'] as const) {
	test(
		`${pveVersion} measures more of a VM that runs`,
		simulated({pveVersion}, async (t, pve) => {
			const current = async (): Promise<readonly string[]> =>
				keysOf((await pve.send('GET', `${vm}/500/status/current`)).data);
			t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 500})), 'OK');
			const stopped = await current();
			t.is(await pve.outcome(pve.send('POST', `${vm}/500/status/start`)), 'OK');
			const grown = (await current()).filter((key) => !stopped.includes(key));
			const pressure = ['cpu', 'io', 'memory'].flatMap((what) => [`pressure${what}full`, `pressure${what}some`]);
			t.deepEqual(grown, ['nics', 'pid', ...(pveVersion === '8.4' ? [] : pressure)].sort());
			t.deepEqual((await pve.send('GET', `${vm}/500/status/current`)).data.nics, {tap500i0: {netin: 0, netout: 0}});
		}),
	);

	test(
		`${pveVersion} comes with seventeen roles, and each of them can be given`,
		simulated({pveVersion}, async (t, pve) => {
			const {data} = await pve.send('GET', '/access/roles');
			const special = (data as readonly {roleid: string; special?: number; privs: string}[]).filter(
				(row) => row.special === 1,
			);
			t.deepEqual(special.map(({roleid}) => roleid).sort(), [
				...['Administrator', 'NoAccess', 'PVEAdmin', 'PVEAuditor', 'PVEDatastoreAdmin', 'PVEDatastoreUser'],
				...['PVEMappingAdmin', 'PVEMappingUser', 'PVEPoolAdmin', 'PVEPoolUser', 'PVESDNAdmin', 'PVESDNUser'],
				...['PVESysAdmin', 'PVETemplateUser', 'PVEUserAdmin', 'PVEVMAdmin', 'PVEVMUser'],
			]);
			const held = new Map(special.map(({roleid, privs}) => [roleid, privs.split(',')]));
			const kept = held.get('PVEAdmin') ?? [];
			const withheld = (held.get('Administrator') ?? []).filter((privilege) => !kept.includes(privilege));
			t.deepEqual(withheld.sort(), [
				...['Mapping.Modify', 'Permissions.Modify', 'Realm.Allocate', 'Sys.AccessNetwork', 'Sys.Incoming'],
				...['Sys.Modify', 'Sys.PowerMgmt'],
			]);
		}),
	);
}

test(
	'a clipboard belongs to a display that is configured',
	simulated({}, async (t, pve) => {
		t.false('clipboard' in (await pve.send('GET', `${vm}/102/status/current`)).data);
		t.is((await pve.send('PUT', `${vm}/102/config`, {vga: 'serial0'})).status, 200);
		t.is((await pve.send('GET', `${vm}/102/status/current`)).data.clipboard, null);
	}),
);

test('the cluster’s list of tasks tells less of each than its node does', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world}) => {
		const {data: upid} = await timely(clock, pve.send('POST', `${vm}/9000/clone`, {newid: 500, full: 1}));
		const listed = async () => (await timely(clock, pve.send('GET', '/cluster/tasks'))).data[0];
		const shown = ['id', 'node', 'saved', 'starttime', 'type', 'upid', 'user', 'tokenid'];
		const running = await listed();
		t.deepEqual(keysOf(running), [...shown, 'pid'].sort());
		t.is(running.saved, '0');
		while (world.tasks[upid]?.status === 'running') await clock.advance(100);
		const ended = await listed();
		t.deepEqual(keysOf(ended), [...shown, 'endtime', 'status'].sort());
		t.is(ended.saved, '1');
	})(t);
});

test(
	'a node tells of its kernel and its processors',
	simulated({pveVersion: '8.4'}, async (t, pve) => {
		const {data} = await pve.send('GET', '/nodes/pve/status');
		t.deepEqual(keysOf(data['current-kernel']), ['machine', 'release', 'sysname', 'version']);
		t.deepEqual(keysOf(data.cpuinfo), ['cores', 'cpus', 'flags', 'hvm', 'mhz', 'model', 'sockets', 'user_hz']);
		t.is(data.idle, 0);
	}),
);

test('the row of a node that is away keeps its kind of cgroups and loses its level', async (t) => {
	const clock = manualClock();
	await simulated({world: 'cluster', clock}, async (_, pve, {setNode}) => {
		const row = async () => {
			const {data} = await timely(clock, pve.send('GET', '/cluster/resources?type=node'));
			return data.find(({node}: {node: string}) => node === 'n3');
		};
		await clock.advance(30_000);
		t.like(await row(), {status: 'online', level: '', 'cgroup-mode': 1});
		await setNode('n3', 'dead');
		await clock.advance(400_000);
		const away = await row();
		t.is(away.status, 'offline');
		t.is(away['cgroup-mode'], 1);
		t.false('level' in away);
	})(t);
});

test(
	'a list of one guest’s files leaves out ISO images, and keeps what any guest may import',
	simulated({}, async (t, pve) => {
		t.is((await pve.upload('pve', 'local', 'seed.iso', Buffer.alloc(100))).status, 200);
		const fields = [['content', 'import']];
		t.is((await pve.upload('pve', 'local', 'disk.raw', Buffer.alloc(100), {fields})).status, 200);
		await pve.simulator.settle();
		const volids = async (query: string) =>
			(await pve.send('GET', `/nodes/pve/storage/local/content${query}`)).data
				.map(({volid}: {volid: string}) => volid)
				.sort();
		t.deepEqual(await volids(''), ['local:import/disk.raw', 'local:iso/seed.iso']);
		t.deepEqual(await volids('?vmid=500'), ['local:import/disk.raw']);
	}),
);

test(
	'an archive of a container is called after its packing',
	simulated({}, async (t, pve) => {
		const fields = [['content', 'vztmpl']];
		t.is((await pve.upload('pve', 'local', 'alpine.tar.gz', Buffer.alloc(100), {fields})).status, 200);
		await pve.simulator.settle();
		const {data} = await pve.send('GET', '/nodes/pve/storage/local/content');
		t.like(data[0], {volid: 'local:vztmpl/alpine.tar.gz', format: 'tgz'});
	}),
);

test(
	'the guest’s OS is told with its release and its kernel',
	simulated({}, async (t, pve, {world}) => {
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 500})), 'OK');
		Object.assign(world.guests[500] ?? {}, {inside: {agentAfterMs: 0}});
		t.is(await pve.outcome(pve.send('POST', `${vm}/500/status/start`)), 'OK');
		const {data} = await pve.send('GET', `${vm}/500/agent/get-osinfo`, undefined, {as: full});
		t.deepEqual(keysOf(data.result), [
			...['id', 'kernel-release', 'kernel-version', 'machine', 'name', 'pretty-name', 'version', 'version-id'],
		]);
	}),
);
