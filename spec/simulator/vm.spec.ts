import {mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {manualClock} from '../../tools/simulator/clock.ts';
import {startSimulator} from '../../tools/simulator/index.ts';
import {saveWorld} from '../../tools/simulator/world.ts';
import {enlarge, full, runner, simulated, timely} from './client.ts';

// Texts and shapes: transcripts of PVE 8.4 and 9.2 (04-clone, 04b, 05-config, 06-lifecycle, 07-agent, 08b) and FACTS.

const vm = '/nodes/pve/qemu';

test(
	'a clone is nameless and locked at first, and joins its pool last',
	simulated({}, async (t, pve) => {
		enlarge(pve.simulator, 'pve/local-lvm:base-9001-disk-0', 100);
		const asked = {newid: 500, name: 'r-1', description: 'mark\n', pool: 'garm', full: 1};
		const {data: upid} = await pve.send('POST', `${vm}/9001/clone`, asked, {as: runner});
		t.regex(upid, /^UPID:pve:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:qmclone:9001:garm@pve!runner:$/);
		const born = await until(async () => (await pve.send('GET', `${vm}/500/config`)).data);
		// The digest is that of the recorded file: "# qmclone temporary file\nlock: clone\n".
		t.deepEqual(born, {
			lock: 'clone',
			description: ' qmclone temporary file',
			digest: 'eb54fb9d9f120ba0c3bdf694f73b10002c375c38',
		});
		t.is((await pve.send('GET', `${vm}/500/config`, undefined, {as: runner})).status, 403);
		t.is(await pve.outcome({...(await pve.send('GET', '/version')), data: upid}), 'OK');
		t.is((await pve.send('GET', `${vm}/500/config`, undefined, {as: runner})).data.description, 'mark');
	}),
);

test('tags, pool and node of a row are live; name, status and template come with the next broadcast', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve) => {
		const row = async () => {
			const {data} = await timely(clock, pve.send('GET', '/cluster/resources?type=vm'));
			return data.find(({vmid}: {vmid: number}) => vmid === 500);
		};
		await timely(clock, pve.send('POST', `${vm}/9000/clone`, {newid: 500, name: 'r-1', pool: 'garm'}));
		await clock.advance(1000);
		t.deepEqual(await row(), {
			...{id: 'qemu/500', vmid: 500, node: 'pve', type: 'qemu', status: 'unknown'},
			...{tags: 'base;template', pool: 'garm'},
		});
		const {data: live} = await timely(clock, pve.send('GET', vm));
		t.is(live.find(({vmid}: {vmid: number}) => vmid === 500).name, 'r-1');
		await clock.advance(10_000);
		t.like(await row(), {name: 'r-1', status: 'stopped', template: 0, maxdisk: 10_737_418_240});
	})(t);
});

async function until<T>(look: () => Promise<T | undefined | null>): Promise<T> {
	for (;;) {
		const found = await look();
		if (found !== undefined && found !== null) return found;
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
}

test(
	'a clone copies everything but what must be its own',
	simulated({}, async (t, pve) => {
		t.is(await pve.outcome(pve.send('POST', `${vm}/9002/clone`, {newid: 501})), 'OK');
		const source = (await pve.send('GET', `${vm}/9002/config`)).data;
		const {data} = await pve.send('GET', `${vm}/501/config`);
		t.like(data, {
			...{name: 'Copy-of-VM-debian-12-cloudinit', protection: 1, onboot: 1, tags: 'template', ipconfig0: 'ip=dhcp'},
			...{description: source.description, ide2: 'local-lvm:vm-501-cloudinit,media=cdrom,size=4M'},
		});
		t.is(data.template, undefined);
		for (const key of ['net0', 'smbios1', 'vmgenid', 'scsi0']) t.not(data[key], source[key], key);
	}),
);

test(
	'what a clone is refused at the POST',
	simulated({}, async (t, pve) => {
		const clone = async (form: Readonly<Record<string, string | number>>, source = 9000) => {
			const {reason, errors} = await pve.send('POST', `${vm}/${source}/clone`, form);
			return errors ?? reason;
		};
		t.is(await clone({newid: 102}), 'unable to create VM 102: config file already exists');
		t.is(await clone({newid: 9000}), 'unable to create VM 9000: config file already exists');
		t.is(await clone({newid: 503, storage: 'local-lvm'}), "parameter 'storage' not allowed for linked clones");
		t.is(await clone({newid: 503, format: 'raw'}), "parameter 'format' not allowed for linked clones");
		t.is(await clone({newid: 503, full: 1, storage: 'nosuch'}), "storage 'nosuch' does not exist");
		t.is(await clone({newid: 503, target: 'othernode'}), "no such cluster node 'othernode'");
		t.is(await clone({newid: 503, snapname: 'nosuch'}), "snapshot 'nosuch' does not exist");
		t.is(await clone({newid: 503}, 8888), "unable to find configuration file for VM 8888 on node 'pve'");
		t.deepEqual(await clone({}), {newid: 'property is missing and it is not optional'});
		t.like(await clone({newid: 503, tags: 'x'}), {
			tags: 'property is not defined in schema and the schema does not allow additional properties',
		});
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 504})), 'OK');
		t.is(
			await clone({newid: 505, full: 0}, 504),
			"Linked clone feature is not supported for 'local-lvm:vm-504-disk-0' (scsi0)",
		);
		const poolless = await pve.send('POST', `${vm}/9000/clone`, {newid: 506}, {as: runner});
		t.deepEqual([poolless.status, poolless.reason], [403, 'Permission check failed']);
		const pool = await pve.send('POST', `${vm}/9000/clone`, {newid: 506, pool: 'nosuch'});
		t.deepEqual([pool.status, pool.reason], [403, "Permission check failed (pool 'nosuch' does not exist)"]);
	}),
);

test(
	'of ten clones into one id exactly one wins, and the others say so at the POST or in the task',
	simulated({}, async (t, pve, {world}) => {
		const names = Array.from({length: 10}, (_, n) => `same-${n}`);
		const ends = await Promise.all(
			names.map((name) => pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 320, name}))),
		);
		t.is(ends.filter((end) => end === 'OK').length, 1);
		const lost =
			/^(?:unable to create VM 320: config file already exists|can't lock file '\/var\/lock\/qemu-server\/lock-320\.conf' - got timeout)$/;
		for (const end of ends) if (end !== 'OK') t.regex(end, lost);
		t.is(world.guests[320]?.config.name, names[ends.indexOf('OK')]);
	}),
);

test(
	'a killed worker leaves a locked stub that no token can remove',
	simulated({}, async (t, pve, {killWorker, snapshot}) => {
		enlarge(pve.simulator, 'pve/local-lvm:base-9000-disk-0', 6000);
		const cloned = await pve.send('POST', `${vm}/9000/clone`, {newid: 213, full: 1, name: 'killme'});
		await until(async () => (await pve.send('GET', `${vm}/213/config`)).data);
		t.true(killWorker(cloned.data));
		t.is(await pve.outcome(cloned), 'unexpected status');
		t.is((await pve.send('GET', `${vm}/213/config`)).data.lock, 'clone');
		t.is(
			(await pve.send('POST', `${vm}/9000/clone`, {newid: 213})).reason,
			'unable to create VM 213: config file already exists',
		);
		t.is(await pve.outcome(pve.send('POST', `${vm}/213/status/start`)), 'VM is locked (clone)');
		t.is(await pve.outcome(pve.send('DELETE', `${vm}/213`)), 'VM is locked (clone)');
		t.deepEqual((await pve.send('DELETE', `${vm}/213?skiplock=1`)).errors, {
			skiplock: 'Only root may use this option.',
		});
		t.is((await pve.send('PUT', `${vm}/213/config`, {delete: 'lock'})).reason, "only root can set 'lock' config");
		t.deepEqual(snapshot().guests[213]?.config, {lock: 'clone', description: ' qmclone temporary file'});
	}),
);

test(
	'a clone task that is stopped takes its config and disks with it',
	simulated({}, async (t, pve, {snapshot}) => {
		enlarge(pve.simulator, 'pve/local-lvm:base-9000-disk-0', 6000);
		const before = snapshot();
		const cloned = await pve.send('POST', `${vm}/9000/clone`, {newid: 212, full: 1});
		await until(async () => (await pve.send('GET', `${vm}/212/config`)).data);
		const upid = encodeURIComponent(cloned.data);
		t.deepEqual((await pve.send('DELETE', `/nodes/pve/tasks/${upid}`)).body, {data: null});
		t.regex(await pve.outcome(cloned), /^clone failed: .*interrupted by signal$/);
		t.deepEqual([snapshot().guests, snapshot().volumes], [before.guests, before.volumes]);
		t.is((await pve.send('DELETE', `/nodes/pve/tasks/${upid}`)).status, 200);
	}),
);

test('during a clone PUT config is refused at once by 9.2, and waits for the lock file in 8.4', async (t) => {
	for (const [pveVersion, reason] of [
		['9.2', 'VM is locked (clone)'],
		['8.4', "can't lock file '/var/lock/qemu-server/lock-340.conf' - got timeout"],
	] as const) {
		await simulated({pveVersion}, async (_, pve) => {
			enlarge(pve.simulator, 'pve/local-lvm:base-9001-disk-0', 6000);
			const cloned = await pve.send('POST', `${vm}/9001/clone`, {newid: 340, full: 1});
			await until(async () => (await pve.send('GET', `${vm}/340/config`)).data);
			t.is((await pve.send('PUT', `${vm}/340/config`, {description: 'x'})).reason, reason, pveVersion);
			pve.simulator.killWorker(cloned.data);
		})(t);
	}
});

test(
	'values are stored in the spelling PVE gives them',
	simulated({}, async (t, pve) => {
		const put = async (form: Readonly<Record<string, string>>, key: string) => {
			const {status, reason} = await pve.send('PUT', `${vm}/102/config`, form);
			return status === 200 ? (await pve.send('GET', `${vm}/102/config`)).data[key] : reason;
		};
		t.is(await put({tags: 'B;a;A;b'}, 'tags'), 'a;b');
		t.is(await put({tags: ' a , b ; c '}, 'tags'), 'a;b;c');
		t.is(await put({tags: ''}, 'tags'), ' ');
		t.is(await put({delete: 'tags'}, 'tags'), undefined);
		t.is(await put({description: 'line1\nline2 100% ü\n\n'}, 'description'), 'line1\nline2 100% ü');
		t.is(await put({description: ''}, 'description'), undefined);
		t.is(await put({memory: '99999999', cores: '1024'}, 'memory'), '99999999');
		t.regex(
			await put({net0: 'virtio,bridge=vmbr0,firewall=1,tag=5'}, 'net0'),
			/^virtio=BC:24:11(?::[0-9A-F]{2}){3},bridge=vmbr0,firewall=1,tag=5$/,
		);
		t.is(await put({net0: 'virtio=bc:24:11:00:00:01,bridge=vmbr0'}, 'net0'), 'virtio=BC:24:11:00:00:01,bridge=vmbr0');
	}),
);

test(
	'what PUT config is refused',
	simulated({}, async (t, pve) => {
		const put = async (form: Readonly<Record<string, string>>, id = 102) => {
			const {reason, errors} = await pve.send('PUT', `${vm}/${id}/config`, form);
			return errors ?? reason;
		};
		t.is(await put({}), 'no options specified');
		t.is(await put({description: 'x'}, 8888), "Configuration file 'nodes/pve/qemu-server/8888.conf' does not exist");
		t.is(await put({description: 'x', digest: 'zz'}), 'checksum mismatch (file change by other user?)');
		t.deepEqual(await put({delete: 'nosuchoption'}), {delete: "unknown option 'nosuchoption'"});
		t.deepEqual(await put({delete: 'cores', cores: '2'}), {
			delete: "you can't use '-cores' and -delete cores' at the same time",
		});
		t.is(await put({ide2: 'local:iso/none.iso,media=cdrom'}), "volume 'local:iso/none.iso' does not exist");
		t.is(await put({ide2: 'nosuch:iso/x.iso,media=cdrom'}), "storage 'nosuch' does not exist");
		t.deepEqual(await put({ide2: 'local:iso/x.iso'}), {ide2: "explicit 'media=cdrom' is required for iso images"});
		t.deepEqual(await put({virtio0: 'local:iso/x.iso,media=cdrom'}), {virtio0: 'unable to parse drive options'});
		t.is(await put({args: '-x'}), "only root can set 'args' config");
		t.deepEqual(await put({cpu: 'bogus'}), {
			cpu: "invalid format - Built-in cputype 'bogus' is not defined (missing 'custom-' prefix?)\n",
		});
		t.is(await put({sshkeys: 'not%20a%20key'}), 'SSH public key validation error');
	}),
);

test(
	'a seed is uploaded, attached, ejected under the running VM, and removed',
	simulated({}, async (t, pve, {file, world}) => {
		const data = Buffer.alloc(374_784, 1);
		const first = await pve.upload('pve', 'local', 'odd name (1)+ü%20.iso', data, {as: runner});
		t.regex(first.data, /:imgcopy::garm@pve!runner:$/);
		t.is(await pve.outcome(first), 'OK');
		t.is(await pve.outcome(pve.upload('pve', 'local', 'seed.iso', data)), 'OK');
		t.is(await pve.outcome(pve.upload('pve', 'local', 'seed.iso', Buffer.alloc(2048))), 'OK');
		const {data: rows} = await pve.send('GET', '/nodes/pve/storage/local/content?content=iso', undefined, {as: runner});
		t.deepEqual(
			rows.map(({volid, size, format}: Record<string, unknown>) => [volid, size, format]),
			[
				['local:iso/odd_name__1____20.iso', 374_784, 'iso'],
				['local:iso/seed.iso', 2048, 'iso'],
			],
		);
		t.is(file('local:iso/seed.iso')?.length, 2048);
		await pve.send('PUT', `${vm}/102/config`, {ide2: 'local:iso/odd_name__1____20.iso,media=cdrom'});
		t.like((await pve.send('GET', `${vm}/102/config`)).data, {
			...{ide2: 'local:iso/odd_name__1____20.iso,media=cdrom,size=366K', boot: 'order=net0;ide2'},
		});
		t.is(await pve.outcome(pve.send('POST', `${vm}/102/status/start`)), 'OK');
		t.is((await pve.send('PUT', `${vm}/102/config`, {ide2: 'none,media=cdrom', memory: '4096'})).status, 200);
		t.deepEqual(world.guests[102]?.pending, {memory: '4096'});
		t.is(world.guests[102]?.config.ide2, 'none,media=cdrom');
		t.is((await pve.send('GET', `${vm}/102/config`)).data.memory, '4096');
		t.is((await pve.send('GET', `${vm}/102/config?current=1`)).data.memory, '2048');
		const volume = (name: string) => `/nodes/pve/storage/local/content/${encodeURIComponent(`local:iso/${name}`)}`;
		t.is(await pve.outcome(pve.send('DELETE', volume('seed.iso'), undefined, {as: runner})), 'OK');
		t.is(await pve.outcome(pve.send('DELETE', volume('none.iso'))), 'OK');
		t.deepEqual((await pve.send('DELETE', `${volume('odd_name__1____20.iso')}?delay=5`)).body, {data: null});
		t.deepEqual((await pve.send('DELETE', '/nodes/pve/storage/local/content/other%3Aiso%2Fx.iso')).errors, {
			volume: 'storage ID mismatch (other != local)\n',
		});
		t.is((await pve.send('GET', '/nodes/pve/storage/nosuch/content')).reason, "storage 'nosuch' does not exist");
	}),
);

test(
	'an attached image that is gone makes the next start fail, not a config change',
	simulated({}, async (t, pve) => {
		t.is(await pve.outcome(pve.upload('pve', 'local', 'att.iso', Buffer.alloc(2048))), 'OK');
		await pve.send('PUT', `${vm}/102/config`, {ide2: 'local:iso/att.iso,media=cdrom'});
		t.is(await pve.outcome(pve.send('DELETE', '/nodes/pve/storage/local/content/local:iso%2Fatt.iso')), 'OK');
		t.is(await pve.outcome(pve.send('POST', `${vm}/102/status/start`)), "volume 'local:iso/att.iso' does not exist");
		t.is((await pve.send('PUT', `${vm}/102/config`, {ide2: 'none,media=cdrom'})).status, 200);
		t.is(await pve.outcome(pve.send('POST', `${vm}/102/status/start`)), 'OK');
	}),
);

// QemuServer.pm vmconfig_register_unused_drive, of 8.4 and of 9.2.
test(
	'a cloud-init drive whose place another disc takes goes with its volume',
	simulated({}, async (t, pve, {world}) => {
		t.is(await pve.outcome(pve.upload('pve', 'local', 'seed.iso', Buffer.alloc(2048))), 'OK');
		t.is(await pve.outcome(pve.send('POST', `${vm}/9002/clone`, {newid: 512})), 'OK');
		t.truthy(world.volumes['pve/local-lvm:vm-512-cloudinit']);
		await pve.send('PUT', `${vm}/512/config`, {ide2: 'local:iso/seed.iso,media=cdrom'});
		t.is(world.volumes['pve/local-lvm:vm-512-cloudinit'], undefined);
		t.like(world.guests[512]?.config, {ide2: 'local:iso/seed.iso,media=cdrom,size=2K'});
		t.is(world.guests[512]?.config.unused0, undefined);
	}),
);

const running = 'VM 102 already running';

test(
	'starts, stops and destroys answer as the table of FACTS section 8 says',
	simulated({pveVersion: '8.4'}, async (t, pve) => {
		const power = (what: string, id = 102, form = {}) =>
			pve.outcome(pve.send('POST', `${vm}/${id}/status/${what}`, form));
		const destroy = (id: number) => pve.outcome(pve.send('DELETE', `${vm}/${id}`));
		t.is(await power('stop'), 'OK');
		t.is(await power('shutdown'), 'OK');
		t.is(await power('reset'), 'VM 102 not running');
		const both = await Promise.all([power('start'), power('start')]);
		t.deepEqual(both.sort(), ['OK', running]);
		t.is(await power('start'), running);
		t.is(await destroy(102), 'VM 102 is running - destroy failed');
		t.is(await power('reset'), 'OK');
		t.is(await power('start', 999), "Configuration file 'nodes/pve/qemu-server/999.conf' does not exist");
		t.is(await power('stop', 999), "unable to find configuration file for VM 999 on node 'pve'");
		t.is(await destroy(999), "Configuration file 'nodes/pve/qemu-server/999.conf' does not exist");
		t.is(await power('start', 9000), "you can't start a vm if it's a template");
		t.is(await destroy(9002), "can't remove VM 9002 - protection mode enabled");
		Object.assign(pve.simulator.world.guests[102] ?? {}, {inside: {deaf: true}});
		t.is(await power('shutdown', 102, {timeout: 3}), 'VM quit/powerdown failed - got timeout');
		t.is(await power('shutdown', 102, {timeout: 3, forceStop: 1}), 'OK');
		t.is(await destroy(102), 'OK');
	}),
);

test('9.2 holds the config lock for half a minute after a stop and a quick start', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world}) => {
		const put = async () => (await timely(clock, pve.send('PUT', `${vm}/102/config`, {description: 'x'}))).reason;
		Object.assign(world.guests[102] ?? {}, {stoppedAt: clock.now()});
		const started = await timely(clock, pve.send('POST', `${vm}/102/status/start`));
		await clock.advance(2000);
		t.is(await put(), "can't lock file '/var/lock/qemu-server/lock-102.conf' - got timeout");
		t.is(await timely(clock, pve.outcome(started)), 'OK');
		// It looks for a saved state first, and goes on without the lock.
		const askedAt = clock.now();
		t.is((await timely(clock, pve.send('POST', `${vm}/102/status/resume`))).status, 200);
		t.true(clock.now() - askedAt >= 10_000);
		await clock.advance(30_000);
		t.is(await put(), 'OK');
	})(t);
});

test(
	'a lock stops changes, starts and destroys; disks only grow',
	simulated({}, async (t, pve, {world}) => {
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 510})), 'OK');
		const resize = (disk: string, size: string) => pve.outcome(pve.send('PUT', `${vm}/510/resize`, {disk, size}));
		t.is(await resize('scsi0', '20G'), 'OK');
		t.is(world.guests[510]?.config.scsi0, 'local-lvm:vm-510-disk-0,size=20G');
		t.is(await resize('scsi0', '100M'), 'shrinking disks is not supported');
		t.is(await resize('scsi9', '1G'), "disk 'scsi9' does not exist");
		Object.assign(world.guests[510]?.config ?? {}, {lock: 'backup'});
		t.is((await pve.send('PUT', `${vm}/510/config`, {description: 'x'})).reason, 'VM is locked (backup)');
		t.is(await pve.outcome(pve.send('POST', `${vm}/510/status/start`)), 'VM is locked (backup)');
		t.is(await pve.outcome(pve.send('DELETE', `${vm}/510`)), 'VM is locked (backup)');
	}),
);

test(
	'a destroy frees the disks of the config, leaves images, pool and ACLs of the id without a trace',
	simulated({}, async (t, pve, {world, snapshot}) => {
		const before = snapshot();
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 511, pool: 'garm'})), 'OK');
		t.is(await pve.outcome(pve.upload('pve', 'local', 'seed.iso', Buffer.alloc(2048))), 'OK');
		await pve.send('PUT', `${vm}/511/config`, {ide2: 'local:iso/seed.iso,media=cdrom'});
		world.access.acl.push({path: '/vms/511', who: 'garm@pve', role: 'PVEVMAdmin', propagate: true});
		t.is(await pve.outcome(pve.send('DELETE', `${vm}/511`, undefined, {as: runner})), 'OK');
		t.deepEqual([snapshot().guests, snapshot().pools, snapshot().access], [before.guests, before.pools, before.access]);
		t.deepEqual(
			Object.keys(world.volumes).filter((key) => !(key in before.volumes)),
			['pve/local:iso/seed.iso'],
		);
	}),
);

test(
	'the guest agent is refused in three ways before it answers',
	simulated({pveVersion: '8.4'}, async (t, pve, {world}) => {
		const ask = () => pve.send('GET', `${vm}/102/agent/network-get-interfaces`);
		t.is((await ask()).reason, 'No QEMU guest agent configured');
		await pve.send('PUT', `${vm}/102/config`, {agent: 'enabled=1,fstrim_cloned_disks=1'});
		t.is((await ask()).reason, 'VM 102 is not running');
		Object.assign(world.guests[102] ?? {}, {inside: {agentAfterMs: 'never'}});
		t.is(await pve.outcome(pve.send('POST', `${vm}/102/status/start`)), 'OK');
		t.is((await ask()).reason, 'QEMU guest agent is not running');
		Object.assign(world.guests[102] ?? {}, {inside: {agentAfterMs: 0}});
		const {data} = await ask();
		t.deepEqual(data.result[1]['ip-addresses'][0], {
			'ip-address': '10.99.0.104',
			'ip-address-type': 'ipv4',
			prefix: 16,
		});
		t.deepEqual(
			data.result.map(({name}: {name: string}) => name),
			['lo', 'eth0'],
		);
		t.is(data.result[1]['hardware-address'], 'bc:24:11:00:00:66');
		t.deepEqual((await pve.send('POST', `${vm}/102/agent/ping`)).body, {data: {result: {}}});
		t.is((await pve.send('GET', `${vm}/102/agent/ping`)).status, 501);
	}),
);

test(
	'a privilege is demanded before anything is looked at, and named with its path',
	simulated({}, async (t, pve, {world}) => {
		world.access.tokens['garm@pve!none'] = {privsep: true, secret: 'n'};
		const as = 'garm@pve!none';
		const refused = async (method: string, path: string, form?: Readonly<Record<string, string>>) => {
			const {status, reason} = await pve.send(method, path, form, {as, secret: 'n'});
			return status === 403 ? reason.replace('Permission check failed', '') : String(status);
		};
		t.is(await refused('GET', `${vm}/998/config`), ' (/vms/998, VM.Audit)');
		t.is(await refused('POST', `${vm}/999/status/start`), ' (/vms/999, VM.PowerMgmt)');
		t.is(await refused('DELETE', `${vm}/999`), ' (/vms/999, VM.Allocate)');
		t.is(await refused('POST', vm, {vmid: '990'}), '');
		t.is(
			await refused('PUT', `${vm}/999/config`, {description: 'x'}),
			' (/vms/999, VM.Config.Disk|VM.Config.CDROM|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.HWType|VM.Config.Options|VM.Config.Cloudinit)',
		);
		t.is(await refused('GET', '/nodes/pve/status'), ' (/nodes/pve, Sys.Audit)');
		t.is(
			await refused('GET', '/nodes/pve/storage/local/content'),
			' (/storage/local, Datastore.Audit|Datastore.AllocateSpace)',
		);
		t.is(await refused('GET', '/pools/garm'), ' (/pool/garm, Pool.Audit)');
		t.is(await refused('POST', `${vm}/100/agent/ping`), ' (/vms/100, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)');
		t.is(
			await refused('DELETE', '/nodes/pve/storage/local/content/iso%2Fx.iso'),
			' (/storage/local, Datastore.Allocate)',
		);
		for (const path of [vm, '/pools', '/nodes/pve/storage', '/nodes/pve/tasks']) {
			t.deepEqual((await pve.send('GET', path, undefined, {as, secret: 'n'})).data, [], path);
		}
		t.deepEqual((await pve.send('GET', '/access/permissions', undefined, {as, secret: 'n'})).data, {});
		t.is((await pve.send('GET', '/cluster/nextid', undefined, {as, secret: 'n'})).data, '103');
	}),
);

test(
	'each option demands its own privilege',
	simulated({}, async (t, pve, {world}) => {
		const token = 'garm@pve!one';
		const grant = (path: string, ...privileges: string[]) => {
			world.access.roles[`Only${path}`] = privileges;
			for (const who of ['garm@pve', token]) world.access.acl.push({path, who, role: `Only${path}`, propagate: true});
		};
		world.access.tokens[token] = {privsep: true, secret: 's'};
		world.access.acl = [];
		grant('/vms', 'VM.Config.Options', 'VM.Config.CDROM', 'VM.Config.Network');
		const put = async (form: Readonly<Record<string, string>>) =>
			(await pve.send('PUT', `${vm}/102/config`, form, {as: token, secret: 's'})).reason;
		t.is(await put({description: 'x', name: 'y'}), 'OK');
		t.is(await put({cores: '2'}), 'Permission check failed (/vms/102, VM.Config.CPU)');
		t.is(await put({memory: '64'}), 'Permission check failed (/vms/102, VM.Config.Memory)');
		t.is(await put({boot: 'order=net0'}), 'Permission check failed (/vms/102, VM.Config.Disk)');
		t.is(
			await put({net0: 'virtio,bridge=vmbr0,tag=7'}),
			'Permission check failed (/sdn/zones/localnetwork/vmbr0/7, SDN.Use)',
		);
		t.is(
			await put({ide0: 'local:iso/x.iso,media=cdrom'}),
			'Permission check failed (/storage/local, Datastore.AllocateSpace|Datastore.Audit)',
		);
		t.is(await put({ide0: 'none,media=cdrom'}), 'OK');
		t.is(await put({ciuser: 'u'}), 'OK');
		t.is(await put({startup: 'order=1'}), 'Permission check failed (/, Sys.Modify)');
		world.options['user-tag-access'] = 'user-allow=list,user-allow-list=ci;runner';
		t.is(await put({tags: 'staff;runner'}), 'OK');
		t.is(await put({tags: 'staff;b'}), "Permission check failed (/, Sys.Modify for modifying tag 'b')");
		world.options['user-tag-access'] = 'user-allow=free';
		world.options['registered-tags'] = 'admin';
		t.is(await put({tags: 'staff;b'}), 'OK');
		t.is(await put({tags: 'admin'}), "Permission check failed (/, Sys.Modify for modifying tag 'admin')");
	}),
);

test(
	'a task is its own token’s; others need Sys.Audit',
	simulated({}, async (t, pve) => {
		const {data: upid} = await pve.send('POST', `${vm}/102/status/stop`);
		const path = `/nodes/pve/tasks/${encodeURIComponent(upid)}/status`;
		t.like((await pve.send('GET', path)).data, {
			type: 'qmstop',
			id: '102',
			user: 'root@pam',
			tokenid: 'full',
			node: 'pve',
		});
		t.is(
			(await pve.send('GET', path, undefined, {as: runner})).reason,
			'Permission check failed (/nodes/pve, Sys.Audit)',
		);
		t.deepEqual((await pve.send('GET', '/nodes/pve/tasks/UPID:bad/status')).errors, {
			upid: 'unable to parse worker upid',
		});
		const other = 'UPID:other:00000001:00000001:00000001:qmstart:100:root@pam:';
		t.deepEqual((await pve.send('GET', `/nodes/pve/tasks/${other}/status`)).errors, {upid: 'no such task'});
	}),
);

test(
	'nextid gives the lowest free id and reserves nothing',
	simulated({}, async (t, pve) => {
		const ids = await Promise.all(Array.from({length: 5}, () => pve.send('GET', '/cluster/nextid')));
		t.deepEqual(new Set(ids.map(({data}) => data)), new Set(['103']));
		t.deepEqual((await pve.send('GET', '/cluster/nextid?vmid=110')).errors, {vmid: 'VM 110 already exists'});
		await pve.send('PUT', '/cluster/options', {'next-id': 'lower=2000,upper=2005'});
		t.is((await pve.send('GET', '/cluster/nextid')).data, '2000');
		t.is((await pve.send('GET', '/cluster/nextid?vmid=105')).data, '105');
	}),
);

test(
	'a VM is made from an uploaded image and turned into a template',
	simulated({}, async (t, pve, {world}) => {
		Object.assign(world.storages.local ?? {}, {content: ['iso', 'import', 'images']});
		const image = Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(1020)]);
		t.is(await pve.outcome(pve.upload('pve', 'local', 'tiny.qcow2', image, {fields: [['content', 'import']]})), 'OK');
		const form = {vmid: 700, name: 'tmpl', tags: 'template;Base', net0: 'virtio,bridge=vmbr0'};
		const create = (scsi0: string) => pve.outcome(pve.send('POST', vm, {...form, scsi0}));
		t.is(
			await create('local:0,import-from=local:import/nosuch.qcow2'),
			"unable to create VM 700 - failed to stat '/var/lib/vz/import/nosuch.qcow2'",
		);
		t.is(await create('local:0,import-from=local:import/tiny.qcow2'), 'OK');
		t.is(world.guests[700]?.config.tags, 'base;template');
		t.is(await create('local:1'), "unable to create VM 700 - VM 700 already exists on node 'pve'");
		t.is(await pve.outcome(pve.send('POST', `${vm}/700/template`)), 'OK');
		t.is(world.guests[700]?.config.scsi0, 'local:700/base-700-disk-0.qcow2,size=1K');
		t.is((await pve.send('POST', `${vm}/700/template`)).reason, "you can't convert a template to a template");
		t.is(await pve.outcome(pve.send('POST', `${vm}/700/clone`, {newid: 701})), 'OK');
		t.is(world.guests[701]?.config.scsi0, 'local:700/base-700-disk-0.qcow2/701/vm-701-disk-0.qcow2,size=1K');
		t.is(
			await pve.outcome(pve.send('DELETE', `${vm}/700`)),
			"base volume 'local:700/base-700-disk-0.qcow2' is still in use by linked cloned",
		);
	}),
);

test('under a manual clock nothing happens until time is moved', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world, requests}) => {
		const asking = pve.send('POST', `${vm}/9000/clone`, {newid: 800, name: 'slow'});
		await until(async () => requests[0]);
		t.is(world.guests[800], undefined);
		await clock.advance(100);
		t.is(world.guests[800]?.config.lock, 'clone');
		t.is((await asking).status, 200);
		t.is(world.guests[800]?.config.name, undefined);
		await clock.advance(1000);
		t.is(world.guests[800]?.config.name, 'slow');
		t.is(world.guests[800]?.config.lock, undefined);
	})(t);
});

test('a world lives on as a JSON file that only its owner reads', async (t) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'world-'));
	const file = path.join(folder, 'world.json');
	const first = await startSimulator();
	saveWorld(file, first.snapshot());
	t.is((await stat(file)).mode & 0o777, 0o600);
	await first.close();
	const second = await startSimulator({world: file});
	t.not(second.tokens[full], first.tokens[full]);
	t.deepEqual(second.snapshot(), first.snapshot());
	await second.close();
	await rm(folder, {recursive: true});
});
