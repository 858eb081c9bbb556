import test from 'ava';
import {manualClock} from '../../tools/simulator/clock.ts';
import {enlarge, full, runner, simulated, timely} from './client.ts';

// Texts and spellings: transcripts 03b-template-vm, 04-clone, 05-config, 06-lifecycle, 08b-privileges-more.

const vm = '/nodes/pve/qemu';
const mib = 1024 ** 2;

/** The head of a qcow2 file with a disk of so many bytes in it. */
function qcow2(diskBytes: number): Buffer {
	const image = Buffer.alloc(65_536);
	image.write('QFI\xfb', 'latin1');
	image.writeBigUInt64BE(BigInt(diskBytes), 24);
	return image;
}

test(
	'an imported image keeps its format, and its disk is as big as its head says',
	simulated({}, async (t, pve, {world}) => {
		Object.assign(world.storages.local ?? {}, {content: ['iso', 'import', 'images']});
		const fields = [['content', 'import']];
		t.is((await pve.upload('pve', 'local', 'cloud.qcow2', qcow2(200 * mib), {fields})).status, 200);
		t.is((await pve.upload('pve', 'local', 'cloud.raw', Buffer.alloc(3 * mib), {fields})).status, 200);
		await pve.simulator.settle();
		const form = {
			vmid: 500,
			scsi0: 'local:0,import-from=local:import/cloud.qcow2',
			scsi1: 'local:0,import-from=local:import/cloud.raw',
			scsi2: 'local-lvm:0,import-from=local:import/cloud.qcow2',
		};
		t.is(await pve.outcome(pve.send('POST', vm, form)), 'OK');
		t.like(world.guests[500]?.config, {
			scsi0: 'local:500/vm-500-disk-0.qcow2,size=200M',
			scsi1: 'local:500/vm-500-disk-1.raw,size=3M',
			scsi2: 'local-lvm:vm-500-disk-0,size=200M',
		});
	}),
);

test(
	'a new disk is raw, and a full clone keeps the format of its source',
	simulated({}, async (t, pve, {world}) => {
		Object.assign(world.storages.local ?? {}, {content: ['iso', 'images']});
		t.is(await pve.outcome(pve.send('POST', vm, {vmid: 500, scsi0: 'local:1', scsi1: 'local:1,format=qcow2'})), 'OK');
		t.like(world.guests[500]?.config, {
			scsi0: 'local:500/vm-500-disk-0.raw,size=1G',
			scsi1: 'local:500/vm-500-disk-1.qcow2,size=1G',
		});
		t.is(await pve.outcome(pve.send('POST', `${vm}/500/clone`, {newid: 501})), 'OK');
		t.like(world.guests[501]?.config, {
			scsi0: 'local:501/vm-501-disk-0.raw,size=1G',
			scsi1: 'local:501/vm-501-disk-1.qcow2,size=1G',
		});
	}),
);

test(
	'btrfs keeps raw images only',
	simulated({}, async (t, pve, {world}) => {
		world.storages.bt = {type: 'btrfs', shared: false, content: ['images'], path: '/mnt/bt', total: 1e12, used: 0};
		t.is(
			await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 500, full: 1, storage: 'bt', format: 'qcow2'})),
			'OK',
		);
		t.is(world.guests[500]?.config.scsi0, 'bt:500/vm-500-disk-0.raw,size=10G');
	}),
);

test('a storage that is slow makes a clone last so much longer', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world}) => {
		Object.assign(world.storages['local-lvm'] ?? {}, {slow: {createMs: 20_000}});
		await timely(clock, pve.send('POST', `${vm}/9000/clone`, {newid: 500, name: 'slow'}));
		await clock.advance(15_000);
		t.is(world.guests[500]?.config.lock, 'clone');
		await clock.advance(10_000);
		t.is(world.guests[500]?.config.lock, undefined);
		t.is(world.guests[500]?.config.name, 'slow');
	})(t);
});

test('a full clone that is interrupted names the command that was', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world}) => {
		enlarge(pve.simulator, 'pve/local-lvm:base-9001-disk-0', 100);
		const {data: upid} = await timely(clock, pve.send('POST', `${vm}/9001/clone`, {newid: 500, full: 1}));
		while (world.tasks[upid]?.log.some((line) => line.startsWith('transferred ')) !== true) await clock.advance(500);
		t.regex(world.tasks[upid]?.log.at(-1) ?? '', /^transferred \d+\.\d (?:B|MiB|GiB) of 100\.0 GiB \(\d+\.\d\d%\)$/);
		await timely(clock, pve.send('DELETE', `/nodes/pve/tasks/${encodeURIComponent(upid)}`));
		while (world.tasks[upid]?.status === 'running') await clock.advance(100);
		const command = '/usr/bin/qemu-img convert -p -n -f raw -O raw';
		const paths = '/dev/local-lvm/base-9001-disk-0 zeroinit:/dev/local-lvm/vm-500-disk-0';
		t.is(
			world.tasks[upid]?.exitstatus,
			`clone failed: copy failed: command '${command} ${paths}' failed: interrupted by signal`,
		);
		t.is(world.guests[500], undefined);
	})(t);
});

test(
	'a hook script has to be there',
	simulated({}, async (t, pve, {world}) => {
		const missing = await pve.send('PUT', `${vm}/102/config`, {hookscript: 'local:snippets/hook.pl'});
		t.deepEqual(missing.errors, {hookscript: "script 'local:snippets/hook.pl' does not exist\n"});
		t.is(world.guests[102]?.config.hookscript, undefined);
	}),
);

test(
	'a snippet that is missing fails the drive that needs it, when the drive is there',
	simulated({}, async (t, pve, {world}) => {
		Object.assign(world.storages.local ?? {}, {content: ['iso', 'images', 'snippets']});
		const cicustom = 'user=local:snippets/u.yaml';
		t.is((await pve.send('PUT', `${vm}/102/config`, {cicustom})).status, 200);
		const drive = await pve.send('PUT', `${vm}/102/config`, {ide2: 'local:cloudinit'});
		t.is(drive.reason, "volume 'local:snippets/u.yaml' does not exist");
		t.is(world.guests[102]?.config.ide2, 'local:102/vm-102-cloudinit.qcow2,media=cdrom');
		t.is(
			await pve.outcome(pve.send('POST', `${vm}/102/status/start`)),
			"volume 'local:snippets/u.yaml' does not exist",
		);
	}),
);

test(
	'the order of boot devices follows the devices',
	simulated({}, async (t, pve, {world}) => {
		const boot = () => [world.guests[500]?.config.boot, world.guests[500]?.pending.boot];
		t.is(await pve.outcome(pve.send('POST', vm, {vmid: 500})), 'OK');
		t.deepEqual(boot(), [' ', undefined]);
		t.is((await pve.send('DELETE', `${vm}/500`)).status, 200);
		await pve.simulator.settle();
		t.is(
			await pve.outcome(pve.send('POST', vm, {vmid: 500, net0: 'virtio', net1: 'virtio', ide2: 'none,media=cdrom'})),
			'OK',
		);
		t.deepEqual(boot(), ['order=ide2;net0;net1', undefined]);
		t.is((await pve.send('PUT', `${vm}/500/config`, {delete: 'net0'})).status, 200);
		t.deepEqual(boot(), ['order=ide2;net1', undefined]);
	}),
);

test(
	'a drive that a running VM gets boots from the next start on',
	simulated({}, async (t, pve, {world}) => {
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 500})), 'OK');
		t.is(await pve.outcome(pve.send('POST', `${vm}/500/status/start`)), 'OK');
		t.is((await pve.send('PUT', `${vm}/500/config`, {ide2: 'none,media=cdrom'})).status, 200);
		t.is(world.guests[500]?.config.boot, 'order=scsi0');
		t.is(world.guests[500]?.pending.boot, 'order=scsi0;ide2');
	}),
);

test('a VM that is being made is locked', async (t) => {
	const clock = manualClock();
	await simulated({clock}, async (_, pve, {world}) => {
		const {data: upid} = await timely(clock, pve.send('POST', vm, {vmid: 500, name: 'fresh'}));
		t.deepEqual(world.guests[500]?.config, {lock: 'create'});
		while (world.tasks[upid]?.status === 'running') await clock.advance(50);
		t.is(world.guests[500]?.config.name, 'fresh');
		t.is(world.guests[500]?.config.lock, undefined);
	})(t);
});

for (const pveVersion of ['8.4', '9.2'] as const) {
	test(
		`${pveVersion} ${pveVersion === '8.4' ? 'does not ask' : 'asks'} for the privilege of a tag where a VM is made with it`,
		simulated({pveVersion}, async (t, pve, {world}) => {
			world.options['user-tag-access'] = 'user-allow=none';
			const made = await pve.outcome(pve.send('POST', vm, {vmid: 500, tags: 'x', pool: 'garm'}, {as: runner}));
			const refused = "unable to create VM 500 - 403 Permission check failed (/, Sys.Modify for modifying tag 'x')";
			t.is(made, pveVersion === '8.4' ? 'OK' : refused);
			t.is(world.guests[500]?.config.tags, pveVersion === '8.4' ? 'x' : undefined);
		}),
	);
}

test(
	'a change in a task is told in the order of its keys, and as null where it is done in time',
	simulated({}, async (t, pve) => {
		const change = {name: 'renamed', cores: 4, description: 'd'};
		const {data: upid} = await pve.send('POST', `${vm}/102/config`, change, {as: full});
		t.is(await pve.outcome({...(await pve.send('GET', '/version')), data: upid}), 'OK');
		t.is((await pve.log(upid))[0], 'update VM 102: -cores 4 -description d -name renamed');
		t.is((await pve.send('POST', `${vm}/102/config`, {cores: 2, background_delay: 5})).data, null);
	}),
);
