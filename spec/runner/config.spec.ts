import test from 'ava';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {bootDiskOf, drivesOf} from '../../lib/runner/drive.ts';
import {netChange} from '../../lib/runner/network.ts';
import {configChange} from '../../lib/runner/same.ts';
import {aReadyVm, aRunner, aSeed, aVm} from '../helper/a-vm.ts';

type Settings = Readonly<Record<string, string>>;
const changeOf = (settings: Settings, desired: Partial<DesiredRunner> = {}) =>
	configChange(aRunner(desired), {...aReadyVm().config, ...settings}, aSeed.volumeId, true);

test('a fresh clone of a template gets everything in one change', (t) => {
	const {config = {}} = aVm();
	t.deepEqual(configChange(aRunner(), config, aSeed.volumeId, true), {
		set: {
			tags: aReadyVm().config?.tags ?? '',
			cores: 4,
			memory: 8192,
			onboot: 0,
			protection: 0,
			ide2: `${aSeed.volumeId},media=cdrom`,
		},
		remove: [],
	});
});

const nothingDiffers = test.macro({
	exec(t, settings: Settings, desired?: Partial<DesiredRunner>) {
		t.is(changeOf(settings, desired), undefined);
	},
	title: (what = '') => `nothing differs: ${what}`,
});
test('PVE has added the size of the ISO', nothingDiffers, {});
test('memory is spelt as a property', nothingDiffers, {memory: 'current=8192'});
test('the CPU is spelt as a property', nothingDiffers, {cpu: 'cputype=host'}, {machine: {cpu: 'host'}});
test('nothing is asked of the machine', nothingDiffers, {cores: '1'}, {machine: {}});
test('the network is as asked', nothingDiffers, {net0: 'virtio=AA,bridge=vmbr0'}, {network: {bridge: 'vmbr0'}});

const changes = test.macro({
	exec(t, settings: Settings, expected: {set?: object; remove?: readonly string[]}, desired?: Partial<DesiredRunner>) {
		t.deepEqual(changeOf(settings, desired), {set: {}, remove: [], ...expected} as never);
	},
	title: (what = '') => `the change: ${what}`,
});
const seed = `${aSeed.volumeId},media=cdrom`;
test(
	"the template's cloud-init drive gives its place to the seed",
	changes,
	{ide2: 'none,media=cdrom', sata0: 'local-lvm:vm-9002-cloudinit,media=cdrom'},
	{
		set: {sata0: seed},
		remove: ['ide2'],
	},
);
test(
	"the template's installation disc leaves",
	changes,
	{ide0: 'local:iso/install.iso,media=cdrom'},
	{remove: ['ide0']},
);
test(
	'a seed of an earlier attempt is replaced',
	changes,
	{ide2: aSeed.volumeId.replace('c0ffee', '123456').concat(',media=cdrom')},
	{set: {ide2: seed}},
);
test(
	'protection and onboot of the template do not stay',
	changes,
	{protection: '1', onboot: '1'},
	{set: {onboot: 0, protection: 0}},
);
test('a balloon larger than the memory shrinks with it', changes, {balloon: '9000'}, {set: {balloon: 8192}});

test('without tags the tags are left alone', (t) => {
	t.is(configChange(aRunner(), {...aReadyVm().config, tags: 'x'}, aSeed.volumeId, false), undefined);
});

test('a network card keeps its MAC and what nobody asked about', (t) => {
	t.is(
		netChange(
			{bridge: 'vmbr1', vlan: 7, mtu: 1400, firewall: true, model: 'e1000'},
			'virtio=BC:24:11:EE:1E:1E,bridge=vmbr0,queues=4',
		),
		'e1000=BC:24:11:EE:1E:1E,bridge=vmbr1,firewall=1,mtu=1400,queues=4,tag=7',
	);
	t.is(netChange({bridge: 'vmbr1'}, undefined), 'virtio,bridge=vmbr1');
	t.is(netChange({firewall: false}, 'virtio=AA,bridge=vmbr0,firewall=1'), 'virtio=AA,bridge=vmbr0');
	t.is(netChange({firewall: false}, 'virtio=AA,bridge=vmbr0'), undefined);
});

test('the boot disk is the first disk of the boot order, never a disc', (t) => {
	const config = {
		scsi0: 'a:1,size=10G',
		virtio1: 'a:2,size=512M',
		ide2: 'a:iso/x.iso,media=cdrom',
		boot: 'order=ide2;virtio1;scsi0',
	};
	t.like(bootDiskOf(config), {key: 'virtio1', sizeGiB: 0.5});
	t.like(bootDiskOf({sata3: 'a:1,size=1T', efidisk0: 'a:2,size=4M'}), {key: 'sata3', sizeGiB: 1024});
	t.is(bootDiskOf({ide2: 'none,media=cdrom'}), undefined);
	t.deepEqual(
		drivesOf(config).map(({key}) => key),
		['ide2', 'scsi0', 'virtio1'],
	);
});
