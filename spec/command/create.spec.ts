import test from 'ava';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {tagsOf} from '../../lib/runner/mark.ts';
import {aDisk, fullToken, put} from '../../tools/simulator/world/build.ts';
import {clusterWorld} from '../../tools/simulator/world/cluster.ts';
import {smallWorld} from '../../tools/simulator/world/small.ts';
import type {World} from '../../tools/simulator/world.ts';
import {aRunner, controller, runnerName, slot} from '../helper/a-vm.ts';
import {failsWith, withSimulator} from '../helper/with-simulator.ts';

const disk = `pve/local-lvm:vm-${slot}-disk-0`;

/** The small world with a template changed. */
function smallWith(vmid: number, settings: Readonly<Record<string, string | undefined>>): World {
	const world = smallWorld();
	const config = world.guests[vmid]?.config ?? {};
	for (const [key, value] of Object.entries(settings)) {
		if (value === undefined) delete config[key];
		else config[key] = value;
	}
	return world;
}

test(
	'a runner is a started, tagged, linked clone in its first slot and in the resource pool, with its seed in the drive',
	withSimulator({}, async (t, stage) => {
		const vm = await stage.create();
		t.like(vm, {vmid: slot, node: 'pve', power: 'running'});
		const {config, power, mark} = stage.vmOf(runnerName);
		const {seed, pool} = stage.runner();
		t.is(power, 'running');
		t.like(mark, {controller, pool, runner: runnerName, vmid: slot, image: 'ubuntu', flavor: '4c-8g', os: 'linux'});
		t.like(config, {
			name: runnerName,
			tags: tagsOf({controller, pool, runner: runnerName}).join(';'),
			cores: '4',
			memory: '8192',
			onboot: '0',
			protection: '0',
			scsi0: `local-lvm:vm-${slot}-disk-0,size=10G`,
			ide2: `local:iso/${seed.fileName},media=cdrom,size=2K`,
		});
		t.is(stage.world.volumes[disk]?.parent, 'base-9000-disk-0');
		t.deepEqual(stage.world.pools.garm?.vms, [slot]);
		t.is(stage.simulator.file(`local:iso/${seed.fileName}`)?.length, seed.image.length);
		t.deepEqual(stage.changes(), [
			'~ pool garm',
			`+ VM ${slot}`,
			`+ volume pve/local:iso/${seed.fileName}`,
			`+ volume pve/local-lvm:vm-${slot}-disk-0`,
		]);
	}),
);

test(
	'a full clone lies on the storage that was asked for, in the format that was asked for',
	withSimulator({world: 'cluster'}, async (t, stage) => {
		await stage.create({clone: {mode: 'full', storage: 'local', format: 'raw'}});
		const {config} = stage.vmOf(runnerName);
		t.is(config.scsi0, `local:${slot}/vm-${slot}-disk-0.raw,size=10G`);
		t.is(stage.world.volumes[`n1/local:${slot}/vm-${slot}-disk-0.raw`]?.parent, null);
	}),
);

function thickWorld(): World {
	const world = smallWorld();
	world.storages['local-lvm'] = {...world.storages['local-lvm'], type: 'lvm'} as World['storages'][string];
	return world;
}

test(
	'a clone is full where the storage cannot make linked ones, unless linked ones were asked for',
	withSimulator({world: thickWorld()}, async (t, stage) => {
		await stage.create();
		const {config, power} = stage.vmOf(runnerName);
		t.is(power, 'running');
		t.is(config.scsi0, `local-lvm:vm-${slot}-disk-0,size=10G`);
		await stage.remove();
		const message = await failsWith(t, stage.create({clone: {mode: 'linked'}}), 'refused');
		t.regex(message, /only linked clones are asked for, and the storage of template 9000 cannot make them/);
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	"the seed takes the place of the template's cloud-init drive, whose volume goes with it",
	withSimulator({}, async (t, stage) => {
		await stage.create({template: 'debian-12-cloudinit'});
		const {config} = stage.vmOf(runnerName);
		t.is(config.ide2, `local:iso/${stage.runner().seed.fileName},media=cdrom,size=2K`);
		t.like(config, {protection: '0', onboot: '0'});
		const volumes = Object.keys(stage.world.volumes).filter((key) => key.includes(String(slot)));
		t.deepEqual(volumes, [`pve/local-lvm:vm-${slot}-disk-0`]);
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	"nothing of the template's own tags, notes, protection, onboot and CD drives is in the runner",
	withSimulator(
		{
			world: smallWith(9000, {
				tags: 'golden;template',
				description: 'do not touch',
				protection: '1',
				onboot: '1',
				ide0: 'none,media=cdrom',
				sata3: 'none,media=cdrom',
			}),
		},
		async (t, stage) => {
			await stage.create();
			const {config} = stage.vmOf(runnerName);
			const drives = Object.entries(config).filter(([, value]) => value.includes('media=cdrom'));
			t.deepEqual(drives, [['ide0', `local:iso/${stage.runner().seed.fileName},media=cdrom,size=2K`]]);
			t.like(config, {protection: '0', onboot: '0'});
			t.is(config.tags, tagsOf({controller, pool: aRunner().pool, runner: runnerName}).join(';'));
			t.false(config.description?.includes('do not touch'));
			await stage.remove();
			t.deepEqual(stage.changes(), []);
		},
	),
);

function twoDisks(): World {
	const world = smallWith(9000, {scsi1: 'local-lvm:base-9000-disk-1,size=4G', boot: 'order=scsi1;net0'});
	const volume = aDisk('local-lvm:base-9000-disk-1', 'pve', 9000, 4);
	world.volumes[`pve/${volume.volid}`] = volume;
	return world;
}

test(
	"a flavor's disk is the one the template boots from, and all disks go with the VM",
	withSimulator({world: twoDisks()}, async (t, stage) => {
		await stage.create({machine: {diskGiB: 6}});
		const {config} = stage.vmOf(runnerName);
		t.regex(config.scsi0 ?? '', /,size=10G$/);
		t.regex(config.scsi1 ?? '', /,size=6G$/);
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a flavor decides cores, sockets, memory, CPU type and the size of the disk; the rest is as in the template',
	withSimulator({}, async (t, stage) => {
		await stage.create({machine: {cores: 8, sockets: 2, memoryMiB: 16_384, cpu: 'host', diskGiB: 40}});
		const {config} = stage.vmOf(runnerName);
		t.like(config, {cores: '8', sockets: '2', memory: '16384', cpu: 'host'});
		t.regex(config.scsi0 ?? '', /,size=40G$/);
		const volume = Object.values(stage.world.volumes).find(({vmid}) => vmid === slot);
		t.is(volume?.size, 40 * 1024 ** 3);
		await stage.create({name: 'r-plain', machine: {}});
		t.like(stage.vmOf('r-plain').config, {cores: '2', memory: '2048'});
	}),
);

test(
	'a flavor whose disk is smaller than the template is refused before anything is made',
	withSimulator({}, async (t, stage) => {
		const message = await failsWith(t, stage.create({machine: {diskGiB: 9}}), 'bad-request');
		t.regex(message, /its disk has 10 GiB, and PVE cannot shrink it to the flavor's 9 GiB \(template 9000\)/);
		t.deepEqual(stage.changes(), []);
		t.is(stage.asked('clone'), 0);
	}),
);

test(
	'network options change what they name, and the MAC that the clone was given stays',
	withSimulator({}, async (t, stage) => {
		let born: string | undefined;
		stage.simulator.onRequest((_, phase, {operation}) => {
			if (operation === 'config-put' && phase === 'before') born = stage.vmOf(runnerName).config.net0;
		});
		await stage.create({network: {bridge: 'vmbr1', vlan: 30, mtu: 1400, firewall: true}});
		const mac = /virtio=([0-9A-F:]{17})/.exec(born ?? '')?.[1];
		t.truthy(mac);
		t.not(mac, /virtio=([0-9A-F:]{17})/.exec(stage.world.guests[9000]?.config.net0 ?? '')?.[1]);
		t.is(stage.vmOf(runnerName).config.net0, `virtio=${mac},bridge=vmbr1,firewall=1,mtu=1400,tag=30`);
		t.is(stage.asked('config-put'), 1);
	}),
);

test(
	'a Windows runner is made as any other',
	withSimulator({}, async (t, stage) => {
		await stage.create({template: 'windows-2025-runner', os: 'windows', machine: {cores: 6}});
		const {config, power, mark} = stage.vmOf(runnerName);
		t.like(config, {ostype: 'win11', machine: 'pc-q35-10.0', cores: '6', memory: '8192'});
		t.is(power, 'running');
		t.is(mark.os, 'windows');
	}),
);

const kinds: readonly (readonly [string, Partial<DesiredRunner>])[] = [
	['its VMID', {template: 9000}],
	['its name', {template: 'ubuntu-24.04-runner'}],
];
for (const [how, changes] of kinds) {
	test(
		`an image means a template by ${how}`,
		withSimulator({}, async (t, stage) => {
			await stage.create(changes);
			t.is(stage.world.volumes[disk]?.parent, 'base-9000-disk-0');
		}),
	);
}

test(
	'an image that means no template names those that exist, and nothing is made',
	withSimulator({}, async (t, stage) => {
		const message = await failsWith(t, stage.create({template: 'ubuntu-26.04'}), 'bad-request');
		t.regex(message, /there is no template "ubuntu-26\.04" that the token may see/);
		t.regex(
			message,
			/debian-12-cloudinit \(9002 on pve\), .*ubuntu-24\.04-runner \(9000 on pve\), windows-2025-runner/,
		);
		t.regex(await failsWith(t, stage.create({template: 102}), 'bad-request'), /no template 102 that the token may see/);
		t.deepEqual(stage.changes(), []);
		t.is(stage.asked('upload') + stage.asked('clone'), 0);
	}),
);

test(
	'a VM that is no template is none by its VMID either, and the message has the command that makes it one',
	withSimulator({}, async (t, stage) => {
		const message = await failsWith(t, stage.create({template: 102}, {as: fullToken}), 'bad-request');
		t.regex(message, /VM 102 is no template; on node pve run: qm template 102/);
	}),
);

function twins(): World {
	const world = smallWorld();
	const twin = structuredClone(world.guests[9000]);
	if (twin === undefined) throw new Error('no template to copy');
	const config = {...twin.config, scsi0: 'local-lvm:base-9010-disk-0,size=10G'};
	put(world, {...twin, vmid: 9010, config}, aDisk('local-lvm:base-9010-disk-0', 'pve', 9010, 10));
	world.pools['garm-templates']?.vms.push(9010);
	return world;
}

test(
	'a name that two templates of one node have is refused, with both VMIDs',
	withSimulator({world: twins()}, async (t, stage) => {
		const message = await failsWith(t, stage.create(), 'bad-request');
		t.regex(message, /node pve has several templates of that name \(9000, 9010\)\. Name one by its VMID/);
		await stage.create({template: 9010});
		t.is(stage.world.volumes[disk]?.parent, 'base-9010-disk-0');
	}),
);

test(
	'where the datacenter forbids our tags, the runner works from its notes alone',
	withSimulator({}, async (t, stage) => {
		stage.world.options['user-tag-access'] = 'user-allow=none';
		await stage.create();
		const {config, power} = stage.vmOf(runnerName);
		t.is(power, 'running');
		t.is(config.tags, 'base;template');
		t.like(config, {onboot: '0', protection: '0'});
		t.deepEqual(
			(await stage.list()).map(({name, power: does}) => [name, does]),
			[[runnerName, 'running']],
		);
		t.like(await stage.get(), {name: runnerName, pool: aRunner().pool, power: 'running'});
		await stage.removeAll();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'tags that the operator does not want are not set',
	withSimulator({}, async (t, stage) => {
		await stage.create({tags: false});
		t.is(stage.vmOf(runnerName).config.tags, 'base;template');
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	"a token without the resource pool's rights hears which privilege is missing, and nothing stays",
	withSimulator({}, async (t, stage) => {
		stage.world.access.acl = stage.world.access.acl.filter(({path}) => path !== '/storage/local-lvm');
		const message = await failsWith(t, stage.create(), 'refused');
		t.regex(message, /Permission check failed \(\/storage\/local-lvm, Datastore\.AllocateSpace\)/);
		t.regex(message, /pveum acl modify \/storage\/local-lvm --users garm@pve --tokens 'garm@pve!runner'/);
		t.deepEqual(stage.changes(), []);
	}),
);

const mishaps: readonly (readonly [string, string, RegExp])[] = [
	['clone', 'clone failed: copy failed: No space left on device', /No space left on device/],
	['upload', "can't open '/var/lib/vz/template/iso': No space left on device", /No space left on device/],
	['start', 'start failed: QEMU exited with code 1', /QEMU exited with code 1/],
	['resize', "disk 'scsi0' does not exist", /disk 'scsi0' does not exist/],
];
for (const [operation, exitstatus, says] of mishaps) {
	test(
		`a create whose ${operation} fails tells why, and removes what it has made`,
		withSimulator({}, async (t, stage) => {
			stage.simulator.faults.add({match: {operation}, effect: {kind: 'task', exitstatus}});
			const error = await t.throwsAsync(stage.create({machine: {diskGiB: 20}}));
			t.regex(error?.message ?? '', says);
			t.deepEqual(stage.changes(), []);
		}),
	);
}

test(
	'a config call that fails for good ends the create, and nothing stays',
	withSimulator({}, async (t, stage) => {
		const message = await failsWith(t, stage.create({machine: {cpu: 'no-such-type'}}), 'bad-request');
		t.regex(message, /cpu/);
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a task that ends with warnings has ended well',
	withSimulator({}, async (t, stage) => {
		for (const operation of ['clone', 'upload', 'start']) {
			const effect = {kind: 'task', exitstatus: 'WARNINGS: 1', log: ['WARN: something'], act: true} as const;
			stage.simulator.faults.add({match: {operation}, effect});
		}
		await stage.create();
		t.is(stage.vmOf(runnerName).power, 'running');
		t.is(stage.warned.filter((line) => line.includes('WARN: something')).length, 3);
	}),
);

test(
	'locks and passing refusals are waited out',
	withSimulator({}, async (t, stage) => {
		const refuse = (operation: string, reason: string, status = 500) =>
			({
				match: {operation},
				times: 2,
				effect: {kind: 'answer', status, reason, body: JSON.stringify({data: null, message: `${reason}\n`})},
			}) as const;
		stage.simulator.faults.add(
			refuse('clone', 'got no worker upid - start worker failed'),
			refuse('upload', 'cluster not ready - no quorum?'),
			refuse('config-put', `can't lock file '/var/lock/qemu-server/lock-${slot}.conf' - got timeout`),
			refuse('start', 'Bad Gateway', 502),
			{match: {operation: 'start'}, nth: 3, effect: {kind: 'lock', vmid: slot, lock: 'backup', ms: 4000}},
		);
		await stage.create();
		t.is(stage.runners().length, 1);
		t.is(stage.vmOf(runnerName).power, 'running');
	}),
);

test(
	'a config that somebody changes at the same moment is looked at again, and the change stays',
	withSimulator({}, async (t, stage) => {
		let disturbed = false;
		stage.simulator.onRequest((_, phase, {operation}) => {
			if (phase !== 'before' || operation !== 'config-put' || disturbed) return;
			disturbed = true;
			const guest = stage.world.guests[slot];
			if (guest !== undefined) guest.config.numa = '1';
		});
		await stage.create();
		t.like(stage.vmOf(runnerName).config, {numa: '1', cores: '4', onboot: '0'});
		t.is(stage.asked('config-put'), 2);
	}),
);

test(
	'after a lost answer the world is looked at, and nothing is made twice',
	withSimulator({world: 'cluster'}, async (t, stage) => {
		for (const operation of ['clone', 'upload', 'config-put', 'resize', 'start']) {
			stage.simulator.faults.add({match: {operation}, nth: 1, effect: {kind: 'drop-answer'}});
		}
		await stage.create({machine: {cores: 4, diskGiB: 20}});
		await stage.simulator.settle();
		const {power, config, vmid} = stage.vmOf(runnerName);
		t.is(power, 'running');
		t.is(vmid, slot);
		t.regex(config.scsi0 ?? '', /,size=20G$/);
		await stage.remove();
		t.deepEqual(stage.changes(), []);
	}),
);

test(
	'a token that sees its clone only when it is whole makes one runner, not two',
	withSimulator({world: clusterWorld()}, async (t, stage) => {
		stage.simulator.faults.add({match: {operation: 'clone'}, nth: 1, effect: {kind: 'drop-answer'}});
		const ends = await Promise.all([stage.create(), stage.create()]);
		await stage.simulator.settle();
		t.deepEqual(
			ends.map(({vmid}) => vmid),
			[slot, slot],
		);
		t.is(stage.runners().length, 1);
	}),
);
