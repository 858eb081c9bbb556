import test from 'ava';
import {diagnoseCluster} from '../../lib/doctor/diagnose.ts';
import type {ClusterFacts} from '../../lib/doctor/facts.ts';
import {type Finding, isWell} from '../../lib/doctor/finding.ts';
import type {ObservedStorage} from '../../lib/runner/observed.ts';
import {aTemplate} from '../helper/a-vm.ts';
import {anAsk, someFacts} from '../helper/an-ask.ts';

const {inventory} = someFacts();
const [seeds, disks] = inventory.storages as [ObservedStorage, ObservedStorage];
const withStorages = (...storages: readonly ObservedStorage[]) => someFacts({inventory: {...inventory, storages}});
const withTemplate = (config: Readonly<Record<string, string>>, image = 'ubuntu') =>
	someFacts({
		images: [{name: image, templates: [aTemplate({config: {...aTemplate().config, ...config}})], problems: []}],
	});
const without = (path: string, ...privileges: readonly string[]) => {
	const {held} = someFacts();
	return someFacts({held: {...held, [path]: (held[path] ?? []).filter((each) => !privileges.includes(each))}});
};

function telling(findings: readonly Finding[], level: Finding['level']): string {
	return findings
		.filter((finding) => finding.level === level)
		.map(({what}) => what)
		.join('\n');
}

test('a cluster on which everything is as it should be has nothing but good findings', (t) => {
	const findings = diagnoseCluster(anAsk(), someFacts());
	t.deepEqual(
		findings.filter(({level}) => level !== 'ok'),
		[],
	);
	t.true(findings.length >= 10);
});

const failures: readonly (readonly [string, ClusterFacts, RegExp, RegExp?])[] = [
	[
		'a missing privilege',
		without('/pool/garm', 'VM.Config.CDROM'),
		/^the token lacks VM\.Config\.CDROM on \/pool\/garm$/,
		/^pveum acl modify \/pool\/garm --roles GarmRunner --users garm@pve --tokens 'garm@pve!provider'$/,
	],
	[
		'two missing privileges',
		without('/vms/9000', 'VM.Clone', 'VM.Audit'),
		/lacks VM\.Audit and VM\.Clone on \/vms\/9000$/,
	],
	['a pool that is not there', someFacts({pools: []}), /^there is no resource pool garm$/, /^pveum pool add garm$/],
	['no template at all', someFacts({images: []}), /^the token sees no template$/],
	[
		'a VM that is no template',
		someFacts({
			images: [{name: 'ubuntu', templates: [], problems: [{why: 'VM 102 is no template', mend: 'qm template 102'}]}],
		}),
		/^image "ubuntu" is of no use$/,
		/^qm template 102$/,
	],
	['a storage that is not there', withStorages(disks), /^there is no storage local$/, /^pvesm status$/],
	[
		'a storage that takes no ISO images',
		withStorages({...seeds, content: ['backup']}, disks),
		/^storage local does not take ISO images$/,
		/^pvesm set local --content backup,iso$/,
	],
	[
		'a storage that is not active',
		withStorages(seeds, {...disks, active: false}),
		/^storage local-lvm is not available on pve$/,
	],
	[
		'a seed storage that is full',
		withStorages({...seeds, freeBytes: 1024}, disks),
		/^storage local on pve has 0\.0 GiB free$/,
	],
	['a bridge that is not there', someFacts({networks: {pve: []}}), /^bridge vmbr0 is not there on pve$/],
	['a range without free VMIDs', someFacts({vmids: {asked: 16, taken: 15}}), /crowded: 15 of 16/],
];
for (const [what, facts, says, mends] of failures) {
	test(`${what}: runners do not come up`, (t) => {
		const findings = diagnoseCluster(anAsk(), facts);
		t.regex(telling(findings, 'failure'), new RegExp(says.source, 'm'));
		t.false(isWell(findings));
		if (mends === undefined) return;
		const lines = findings.filter(({level}) => level === 'failure').flatMap(({mend = []}) => mend);
		t.true(
			lines.some((line) => mends.test(line)),
			lines.join('\n'),
		);
	});
}

const warnings: readonly (readonly [string, ClusterFacts, RegExp])[] = [
	[
		'a privilege for comfort',
		without('/pool/garm', 'VM.GuestAgent.Audit'),
		/lacks VM\.GuestAgent\.Audit on \/pool\/garm/,
	],
	['a privilege that only other flavors need', without('/pool/garm', 'VM.Config.Disk'), /lacks VM\.Config\.Disk/],
	['a template that is locked', withTemplate({lock: 'backup'}), /^template 9000 on pve is locked \(backup\)$/],
	[
		'a template of another system',
		withTemplate({ostype: 'win11'}),
		/set up for Windows, and image "ubuntu" says linux/,
	],
	['storage without linked clones', withStorages(seeds, {...disks, type: 'lvm'}), /cannot be cloned without a copy/],
	[
		'little room for seeds',
		withStorages({...seeds, freeBytes: 500 * 2 ** 20}, disks),
		/^storage local on pve has 0\.5 GiB free$/,
	],
	[
		'less room than one disk',
		withStorages(seeds, {...disks, freeBytes: 5 * 2 ** 30}),
		/^storage local-lvm on pve has 5\.0 GiB free$/,
	],
	['a crowded range', someFacts({vmids: {asked: 16, taken: 9}}), /crowded: 9 of 16/],
	[
		'tags that the cluster forbids',
		someFacts({tagRules: {allow: 'existing', registered: []}}),
		/^runners go without tags$/,
	],
	[
		'a registered tag on the template',
		{...withTemplate({tags: 'base;prod'}), tagRules: {allow: 'free', registered: ['prod']}},
		/^runners go without tags$/,
	],
	[
		'a VM that a trial has left behind',
		someFacts({
			leftovers: [{vmid: 100_001, node: 'pve', name: 'doctor-x', power: 'running', template: false, tags: []}],
		}),
		/^VM 100001 \(doctor-x\) on pve is left from an earlier/,
	],
];
for (const [what, facts, says] of warnings) {
	test(`${what}: a warning, and no more`, (t) => {
		const findings = diagnoseCluster(anAsk(), facts);
		t.regex(telling(findings, 'warning'), new RegExp(says.source, 'm'));
		t.is(telling(findings, 'failure'), '');
	});
}

test('what a config does not use may be missing, what it uses may not', (t) => {
	const disk = anAsk({flavors: [{name: 'big', machine: {diskGiB: 40}}]});
	t.regex(telling(diagnoseCluster(disk, without('/pool/garm', 'VM.Config.Disk')), 'failure'), /VM\.Config\.Disk/);
	const network = anAsk({network: {vlan: 7}});
	t.regex(
		telling(diagnoseCluster(network, without('/pool/garm', 'VM.Config.Network')), 'failure'),
		/VM\.Config\.Network/,
	);
	const drive = withTemplate({ide2: 'local-lvm:vm-9000-cloudinit,media=cdrom'});
	const facts = {...drive, held: without('/pool/garm', 'VM.Config.Cloudinit').held};
	t.regex(telling(diagnoseCluster(anAsk(), facts), 'failure'), /VM\.Config\.Cloudinit/);
});

test('a flavor that is written out needs cores and memory, also where the config has none', (t) => {
	const facts = without('/pool/garm', 'VM.Config.CPU', 'VM.Config.Memory');
	t.regex(telling(diagnoseCluster(anAsk({flavors: []}), facts), 'failure'), /VM\.Config\.CPU and VM\.Config\.Memory/);
});

test('a VLAN needs the right on that VLAN, and rights on a bridge are rights on its VLANs by their own path', (t) => {
	const findings = diagnoseCluster(anAsk({network: {vlan: 7}}), someFacts());
	t.regex(telling(findings, 'failure'), /SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr0\/7$/m);
});

test('a VNet that is listed may be used; its zone is nobody’s business', (t) => {
	const facts = {
		...withTemplate({net0: 'virtio=AA:BB:CC:DD:EE:FF,bridge=ci'}),
		networks: {pve: [{name: 'ci', vnet: true}]},
	};
	const findings = diagnoseCluster(anAsk(), facts);
	t.is(telling(findings, 'failure'), '');
	t.regex(telling(findings, 'ok'), /^VNet ci is there on pve$/m);
});

test('rights on all VMs count like rights on the pool', (t) => {
	const {held} = someFacts();
	const facts = someFacts({held: {...held, '/pool/garm': ['VM.Allocate'], '/vms/100000': held['/pool/garm'] ?? []}});
	t.is(telling(diagnoseCluster(anAsk(), facts), 'failure'), '');
});

test('without a resource pool the rights are needed on all VMs', (t) => {
	const {pool: _pool, ...ask} = anAsk();
	const findings = diagnoseCluster(ask, someFacts());
	t.regex(telling(findings, 'failure'), /on \/vms$/m);
	t.regex(telling(findings, 'warning'), /names no resource pool/);
});

test('what a later PVE has renamed is said to be unknown, and fails nothing', (t) => {
	const {roles, held} = someFacts();
	const drop = (list: readonly string[]) => list.filter((each) => each !== 'VM.Config.CDROM');
	const facts = someFacts({
		roles: Object.fromEntries(Object.entries(roles).map(([role, list]) => [role, drop(list)])),
		held: {...held, '/pool/garm': drop(held['/pool/garm'] ?? [])},
	});
	const findings = diagnoseCluster(anAsk(), facts);
	t.true(isWell(findings));
	t.regex(telling(findings, 'warning'), /knows no VM\.Config\.CDROM/);
});

test('a missing right is mended with the whole role, since a deeper path replaces what a higher one hands down', (t) => {
	const facts = {
		...without('/pool/garm', 'VM.Config.CPU'),
		roles: {Administrator: someFacts().roles.Administrator ?? []},
	};
	const {mend = []} = diagnoseCluster(anAsk(), facts).find(({what}) => what.includes('VM.Config.CPU')) ?? {};
	t.regex(mend[0] ?? '', /^pveum role add GarmRunner --privs "Pool\.Audit VM\.Allocate .* VM\.PowerMgmt"$/);
});

test('where a node cannot take runners, that is told, and the others count', (t) => {
	const nodes = [...inventory.nodes, {node: 'n2', online: false}];
	const shared = inventory.storages.flatMap((row) => [
		{...row, shared: true},
		{...row, shared: true, node: 'n2', active: false},
	]);
	const facts = someFacts({inventory: {...inventory, nodes, storages: shared}});
	const findings = diagnoseCluster(anAsk(), facts);
	t.is(telling(findings, 'failure'), '');
	t.regex(telling(findings, 'warning'), /^runners of image "ubuntu" cannot go everywhere$/m);
	const only = diagnoseCluster(anAsk({nodes: ['n2']}), facts);
	t.regex(telling(only, 'failure'), /^runners of image "ubuntu" have no node to go to$/m);
});

test('a flavor that is smaller than the template’s disk is told with the template', (t) => {
	const findings = diagnoseCluster(anAsk({flavors: [{name: 'tiny', machine: {diskGiB: 5}}]}), someFacts());
	t.regex(telling(findings, 'failure'), /^flavor "tiny" does not fit template 9000$/m);
});

test('linked clones that the storage cannot make are a failure where the config insists on them', (t) => {
	const facts = withStorages(seeds, {...disks, type: 'lvm'});
	t.regex(
		telling(diagnoseCluster(anAsk({clone: {mode: 'linked'}}), facts), 'failure'),
		/cannot be cloned without a copy/,
	);
	t.notRegex(telling(diagnoseCluster(anAsk({clone: {mode: 'full'}}), facts), 'warning'), /without a copy/);
});

test('without images in the config one broken template of many is no failure, and all of them broken are one', (t) => {
	const broken = {name: 'old', templates: [], problems: [{why: 'node n9 of template 9009 is off line'}]};
	const {images} = someFacts();
	const ask = anAsk({images: []});
	t.is(telling(diagnoseCluster(ask, someFacts({images: [...images, broken]})), 'failure'), '');
	t.regex(telling(diagnoseCluster(ask, someFacts({images: [broken]})), 'failure'), /image "old"/);
});

test('VMs of other people in the range are told, our own and templates are not', (t) => {
	const vm = {vmid: 100_500, node: 'pve', power: 'running', template: false, tags: []} as const;
	const own = {...vm, vmid: 100_501, tags: ['garm-controller-x']};
	const facts = someFacts({
		inventory: {...inventory, vms: [...inventory.vms, vm, own, {...vm, vmid: 100_502, template: true}]},
	});
	t.regex(telling(diagnoseCluster(anAsk(), facts), 'warning'), /^1 VM without our tags lies in the range/m);
});
