import test from 'ava';
import type {Choice} from '../../lib/access/choice.ts';
import {emptyAccess, type ObservedAccess} from '../../lib/access/observed.ts';
import {after} from '../../lib/access/outcome.ts';
import {removalObstacles, removalSteps} from '../../lib/access/removal-plan.ts';
import {privilegesOf} from '../../lib/access/rights.ts';
import {setupObstacles, setupSteps} from '../../lib/access/setup-plan.ts';
import {shellLine} from '../../lib/access/step.ts';

const choice: Choice = {
	pool: 'garm',
	templatePool: 'garm-templates',
	templates: [9000],
	diskStorages: ['local-lvm'],
	seedStorage: 'garm-seeds',
	seedPath: '/var/lib/garm-seeds',
	networks: ['vmbr0', 'lab:ci'],
	user: 'garm@pve',
	token: 'provider',
};
const bare: ObservedAccess = {
	...emptyAccess(privilegesOf(9)),
	storages: {
		'local-lvm': {type: 'lvmthin', content: ['images']},
		local: {type: 'dir', content: ['iso'], path: '/var/lib/vz'},
	},
};

const setUp = (own = choice, seen = bare) => setupSteps(own, seen).reduce(after, seen);
const remove = (own: Choice, seen: ObservedAccess) => removalSteps(own, seen).reduce(after, seen);
const lines = (own: Choice, seen: ObservedAccess) => setupSteps(own, seen).map(shellLine);

test('a set-up that was carried out leaves nothing to do', (t) => {
	t.deepEqual(setupSteps(choice, setUp()), []);
});

test('a set-up that stopped anywhere goes on where it stopped', (t) => {
	const steps = setupSteps(choice, bare);
	for (let done = 0; done <= steps.length; done++) {
		const halfway = steps.slice(0, done).reduce(after, bare);
		t.deepEqual(lines(choice, halfway), steps.slice(done).map(shellLine), `after ${done} steps`);
	}
});

test('a removal gives back the cluster as it was before the set-up', (t) => {
	t.deepEqual(remove(choice, setUp()), bare);
	t.deepEqual(removalSteps(choice, bare), []);
});

test('a removal that stopped anywhere goes on where it stopped', (t) => {
	const steps = removalSteps(choice, setUp());
	for (let done = 0; done <= steps.length; done++) {
		const halfway = steps.slice(0, done).reduce(after, setUp());
		t.deepEqual(remove(choice, halfway), bare, `after ${done} steps`);
	}
});

test('a removal leaves alone what others use', (t) => {
	const mine = setUp();
	const both = setUp({...choice, token: 'second'}, mine);
	t.deepEqual(remove({...choice, token: 'second'}, both), mine);
	const neighbour = setUp({...choice, user: 'other@pve', pool: 'other'}, mine);
	t.deepEqual(remove({...choice, user: 'other@pve', pool: 'other'}, neighbour), mine);
});

test('a removal leaves alone what the set-up found there', (t) => {
	const found: ObservedAccess = {
		...bare,
		users: {'garm@pve': {enabled: true, comment: 'of the admins', tokens: []}},
		pools: {garm: {vms: []}, 'garm-templates': {comment: 'old', vms: [9000]}},
		storages: {...bare.storages, 'garm-seeds': {type: 'nfs', content: ['iso']}},
	};
	t.deepEqual(remove(choice, setUp(choice, found)), found);
});

test('nothing is undone while the pool has VMs that nobody else could remove', (t) => {
	const seen = setUp();
	const busy = {...seen, pools: {...seen.pools, garm: {vms: [100_000, 100_001]}}};
	t.deepEqual(removalObstacles(choice, seen), []);
	t.regex(removalObstacles(choice, busy).join(), /^pool garm still has 2 VMs \(100000, 100001\)/);
	t.deepEqual(removalObstacles(choice, setUp({...choice, user: 'other@pve'}, busy)), []);
});

test('a role that lacks something is extended, and what an operator added to it stays', (t) => {
	const seen = setUp();
	const changed = {...seen, roles: {...seen.roles, GarmDisk: ['Datastore.Audit', 'Datastore.AllocateTemplate']}};
	t.deepEqual(lines(choice, changed), ['pveum role modify GarmDisk --append 1 --privs "Datastore.AllocateSpace"']);
});

test('a template that lives in another pool stays there, and is granted by itself', (t) => {
	const seen = {...bare, pools: {office: {vms: [9000]}}};
	const own = lines(choice, seen);
	t.false(own.some((line) => line.includes('--vms')));
	t.true(own.includes("pveum acl modify /vms/9000 --roles GarmTemplate --users garm@pve --tokens 'garm@pve!provider'"));
});

for (const [major, agent] of [
	[8, 'VM.Monitor'],
	[9, 'VM.GuestAgent.Audit'],
] as const) {
	test(`on Proxmox VE ${major} the role for runners has ${agent}, and no name that this version refuses`, (t) => {
		const [role = ''] = lines(choice, emptyAccess(privilegesOf(major)));
		t.deepEqual(role.match(/VM\.(?:Monitor|GuestAgent)[\w.]*/g), [agent]);
	});
}

test('a privilege that a later version has renamed is left out, not insisted on', (t) => {
	const known = privilegesOf(9).filter((privilege) => privilege !== 'VM.Config.CDROM');
	const [role = ''] = lines(choice, {...bare, knownPrivileges: known});
	t.notRegex(role, /CDROM/);
});

test('what has to be there is told before anything is changed', (t) => {
	const own = {...choice, templates: [9000, 9001], diskStorages: ['local-lvm', 'ssd'], seedStorage: 'local-lvm'};
	const {seedPath: _path, ...without} = own;
	t.deepEqual(setupObstacles(without, bare, [9000]), [
		'there is no VM 9001 for a template.',
		'there is no storage ssd for disks. Known are local, local-lvm.',
		'storage local-lvm takes no ISO images. On a node run: pvesm set local-lvm --content images,iso',
	]);
	t.deepEqual(setupObstacles({...without, seedStorage: 'none', templates: [], diskStorages: []}, bare, []), [
		'there is no storage none for seeds. Known are local, local-lvm.',
	]);
	t.deepEqual(setupObstacles(choice, bare, [9000]), []);
});
