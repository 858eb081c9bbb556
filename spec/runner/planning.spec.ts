import test from 'ava';
import {nextCreateSteps} from '../../lib/runner/create-plan.ts';
import {nextDeleteSteps} from '../../lib/runner/delete-plan.ts';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {readMark, writeNotes} from '../../lib/runner/mark.ts';
import type {Observed, ObservedVm} from '../../lib/runner/observed.ts';
import {nextPowerStep} from '../../lib/runner/power-plan.ts';
import {
	aLook,
	aMark,
	aReadyVm,
	aRunner,
	aSeed,
	aVm,
	controller,
	otherController,
	runnerName,
	slot,
	slots,
	vmidRange,
} from '../helper/a-vm.ts';

const identity = {controller, name: runnerName};
const halfMade: ObservedVm = {
	vmid: slot,
	node: 'pve',
	power: 'unknown',
	template: false,
	tags: [],
	lock: 'clone',
	config: {lock: 'clone'},
};
const lost: ObservedVm = {vmid: slot, node: 'n3', power: 'unknown', template: false, tags: []};
const foreignVm = (changes: Partial<ObservedVm> = {}): ObservedVm => ({
	vmid: 7,
	node: 'pve',
	name: runnerName,
	power: 'running',
	template: false,
	tags: [],
	config: {},
	...changes,
});

test('nothing is there: the seed is uploaded, and no clone is asked for before it is there', (t) => {
	t.deepEqual(nextCreateSteps(aRunner(), aLook()), [
		{do: 'upload-seed', node: 'pve', storage: 'local', fileName: aSeed.fileName},
	]);
});

test('the seed is there: the clone begins at the first slot', (t) => {
	const [clone, ...more] = nextCreateSteps(aRunner(), aLook({seeds: [aSeed]}));
	t.like(clone, {
		do: 'clone',
		templateVmid: 9000,
		templateNode: 'pve',
		vmid: slot,
		node: 'pve',
		vmName: runnerName,
		full: false,
	});
	t.deepEqual(readMark(clone?.do === 'clone' ? clone.notes : '', slot), aMark());
	t.deepEqual(more, []);
});

const clonesSo = test.macro({
	exec(t, desired: Partial<DesiredRunner>, look: Partial<Observed>, expected: object) {
		const [clone] = nextCreateSteps(aRunner(desired), aLook({seeds: [aSeed], ...look}));
		t.like(clone, {do: 'clone', ...expected});
	},
	title: (what = '') => `the clone: ${what}`,
});
test('joins the resource pool', clonesSo, {resourcePool: 'garm'}, {}, {pool: 'garm'});
test(
	'is full when asked, on the storage asked for',
	clonesSo,
	{clone: {mode: 'full', storage: 's', format: 'raw'}},
	{},
	{full: true, storage: 's', format: 'raw'},
);
test('is full where the storage cannot link', clonesSo, {}, {linkedCloneRefused: true}, {full: true});
test('is linked when asked', clonesSo, {clone: {mode: 'linked'}}, {}, {full: false});
test('a linked clone that is asked for and refused ends the create', (t) => {
	const error = t.throws(() => nextCreateSteps(aRunner({clone: {mode: 'linked'}}), aLook({linkedCloneRefused: true})));
	t.regex(error?.message ?? '', /only linked clones are asked for, and the storage of template 9000 cannot make them/);
});
test(
	'goes to the next slot where a hidden VM has the first',
	clonesSo,
	{},
	{hidden: [{vmid: slot}]},
	{vmid: slots[1] ?? 0},
);
test(
	'goes to the next slot where a foreign VM has the first',
	clonesSo,
	{},
	{inventory: {...aLook().inventory, vms: [{vmid: slot, node: 'pve', power: 'running', template: false, tags: []}]}},
	{vmid: slots[1] ?? 0},
);
test(
	"is not held up by somebody's dead clone elsewhere",
	clonesSo,
	{},
	{vms: [{...halfMade, vmid: slots[1] ?? 0}]},
	{vmid: slot},
);

const nextIs = test.macro({
	exec(t, look: Partial<Observed>, ...expected: readonly object[]) {
		const steps = nextCreateSteps(aRunner(), aLook({seeds: [aSeed], ...look}));
		t.is(steps.length, expected.length);
		for (const [n, step] of expected.entries()) t.like(steps[n], step);
	},
	title: (what = '') => `create: ${what}`,
});
test(
	'a half-made clone in a slot is waited for while a worker of ours is at it',
	nextIs,
	{vms: [halfMade], cloning: [slot]},
	{do: 'wait'},
);
test('a clone that has not told its VMID may be it', nextIs, {vms: [halfMade], cloning: [undefined]}, {do: 'wait'});
test(
	'a hidden VM is waited for while a worker of ours is at it',
	nextIs,
	{hidden: [{vmid: slot}], cloning: [slot]},
	{do: 'wait'},
);
test('a locked VM is waited for', nextIs, {vms: [aVm({lock: 'backup'})]}, {do: 'wait'});
test('a missing seed is uploaded before anything refers to it', nextIs, {vms: [aVm()], seeds: []}, {do: 'upload-seed'});
test('a seed on another node is no seed', nextIs, {vms: [aVm()], seeds: [{...aSeed, node: 'n9'}]}, {do: 'upload-seed'});
test(
	'a VM that differs is configured, by the digest that was read',
	nextIs,
	{vms: [aVm()]},
	{do: 'configure', vmid: slot, digest: 'd1'},
);
test('a VM that is all right is started', nextIs, {vms: [aReadyVm()]}, {do: 'start', vmid: slot, node: 'pve'});
test('a VM that runs is done', nextIs, {vms: [aReadyVm({power: 'running'})]});
test('a VM that runs is done, whatever differs', nextIs, {vms: [aVm({power: 'running'})]});
test('a paused VM goes on', nextIs, {vms: [aReadyVm({power: 'paused'})]}, {do: 'resume'});
test('nobody knows whether it runs: wait', nextIs, {vms: [aReadyVm({power: 'unknown'})]}, {do: 'wait'});
test(
	'of two clones the running one stays',
	nextIs,
	{vms: [aVm({vmid: 5, mark: aMark({vmid: 5})}), aReadyVm({power: 'running'})]},
	{do: 'destroy', vmid: 5},
);

test('a disk that is too small grows before the start', (t) => {
	const steps = nextCreateSteps(
		aRunner({machine: {cores: 4, memoryMiB: 8192, diskGiB: 40}}),
		aLook({vms: [aReadyVm()], seeds: [aSeed]}),
	);
	t.deepEqual(steps, [{do: 'resize', vmid: slot, node: 'pve', disk: 'scsi0', sizeGiB: 40}]);
});

const createFaults = test.macro({
	exec(t, code: string, words: RegExp, look: Partial<Observed>, desired: Partial<DesiredRunner> = {}) {
		const error = t.throws(() => nextCreateSteps(aRunner(desired), aLook(look)), {message: words});
		t.like(error, {code});
	},
	title: (what = '') => `create fails: ${what}`,
});
test('a VM of another controller has the name', createFaults, 'duplicate', /VM 7 .* is not ours/, {
	vms: [foreignVm({mark: aMark({controller: otherController, vmid: 7})})],
});
test('a VM without a mark has the name', createFaults, 'duplicate', /VM 7 .* is not ours/, {vms: [foreignVm()]});
test('the runner exists for another pool', createFaults, 'duplicate', /for pool/, {
	vms: [aVm({mark: aMark({pool: 'other'})})],
});
test('all slots are taken', createFaults, 'refused', /Widen vmid_range/, {hidden: slots.map((vmid) => ({vmid}))});
test('its VM is on a node off line', createFaults, 'unreachable', /node n3 is off line/, {vms: [lost]});
test('no node can take it', createFaults, 'refused', /node pve is in HA state maintenance/, {
	inventory: {...aLook().inventory, nodes: [{node: 'pve', online: true, haState: 'maintenance'}]},
});
test('the guest has crashed', createFaults, 'task-failed', /has crashed/, {vms: [aReadyVm({power: 'failed'})]});

const deletes = test.macro({
	exec(t, look: Partial<Observed>, ...expected: readonly object[]) {
		const steps = nextDeleteSteps(identity, vmidRange, aLook(look));
		t.is(steps.length, expected.length);
		for (const [n, step] of expected.entries()) t.like(steps[n], step);
	},
	title: (what = '') => `delete: ${what}`,
});
test('nothing is there', deletes, {});
test('a running VM is stopped', deletes, {vms: [aVm({power: 'running'})], seeds: [aSeed]}, {do: 'stop', vmid: slot});
test('a stopped VM is destroyed', deletes, {vms: [aVm()], seeds: [aSeed]}, {do: 'destroy', vmid: slot});
test('seeds go when the VM is gone', deletes, {seeds: [aSeed]}, {do: 'remove-seed', volumeId: aSeed.volumeId});
test('a locked VM is waited for', deletes, {vms: [aVm({lock: 'backup'})]}, {do: 'wait'});
test(
	'a VM whose clone a worker still makes is waited for',
	deletes,
	{vms: [aVm({lock: 'clone'})], cloning: [slot]},
	{do: 'wait'},
);
test(
	"a clone without a config call has its template's protection, which is taken off",
	deletes,
	{vms: [aVm({settings: {protection: '1'}})]},
	{do: 'configure', vmid: slot, set: {protection: 0}, remove: [], digest: 'd1'},
);
test(
	'the seed goes before a dead clone is told',
	deletes,
	{vms: [halfMade], seeds: [aSeed]},
	{do: 'remove-seed', volumeId: aSeed.volumeId},
);
test(
	'a half-made clone is waited for while a worker is at it',
	deletes,
	{vms: [halfMade], cloning: [slot]},
	{do: 'wait'},
);
test(
	'a hidden clone is waited for while a worker is at it',
	deletes,
	{hidden: [{vmid: slot}], cloning: [undefined]},
	{do: 'wait'},
);
test("somebody's hidden VM in a slot is nothing of ours", deletes, {hidden: [{vmid: slot}]});
test("nor are the remains of another runner's clone", deletes, {
	hidden: [{vmid: slot}],
	dead: [{what: 'clone', node: 'pve', vmid: 7}],
});
test('a foreign VM of the same name is left alone', deletes, {vms: [foreignVm()]});
test("another controller's VM of the same name is left alone", deletes, {
	vms: [foreignVm({mark: aMark({controller: otherController, vmid: 7})})],
});
test("a person's copy of the runner is left alone", deletes, {
	vms: [foreignVm({config: {description: writeNotes(aMark())}, tags: aVm().tags})],
});

const deleteFaults = test.macro({
	exec(t, code: string, words: RegExp, look: Partial<Observed>) {
		t.like(
			t.throws(() => nextDeleteSteps(identity, vmidRange, aLook(look)), {message: words}),
			{code},
		);
	},
	title: (what = '') => `delete fails: ${what}`,
});
test('its node is off line', deleteFaults, 'unreachable', /node n3 is off line/, {vms: [lost]});
const isProtected = (settings: Readonly<Record<string, string>>, tags: readonly string[] = []) => ({
	vms: [aVm({settings: {protection: '1', ...settings}, tags})],
});
const {tags: ownTags = '', ide2: ownDisc = ''} = aReadyVm().config ?? {};
test(
	'somebody protected it',
	deleteFaults,
	'refused',
	/qm set \d+ --protection 0/,
	isProtected({}, ownTags.split(';')),
);
test(
	'somebody protected it, and it has no tags',
	deleteFaults,
	'refused',
	/qm set \d+ --protection 0/,
	isProtected({ide2: ownDisc}),
);
test(
	'somebody protected it, and its seed has been ejected',
	deleteFaults,
	'refused',
	/qm set \d+ --protection 0/,
	isProtected({ide2: 'none,media=cdrom', onboot: '0'}),
);
test('it is half destroyed', deleteFaults, 'refused', /lock: destroyed.*qm unlock/, {vms: [aVm({lock: 'destroyed'})]});
const needsRoot = new RegExp(`VM ${slot} .*qm unlock ${slot} && qm destroy ${slot}`);
test('the worker of its clone died', deleteFaults, 'refused', needsRoot, {vms: [halfMade]});
test('the worker died that made the rest of it', deleteFaults, 'refused', needsRoot, {vms: [aVm({lock: 'clone'})]});
test('the worker of its clone died, and the token sees no more of it', deleteFaults, 'refused', needsRoot, {
	hidden: [{vmid: slot}],
	dead: [{what: 'clone', node: 'pve', vmid: slot}],
});
test('a worker died that may have made it', deleteFaults, 'refused', needsRoot, {
	hidden: [{vmid: slot}],
	dead: [{what: 'clone', node: 'pve'}],
});
test('the worker that destroyed it died', deleteFaults, 'refused', needsRoot, {
	vms: [{...halfMade, lock: 'destroyed', config: {lock: 'destroyed'}}],
	dead: [{what: 'destroy', node: 'pve', vmid: slot}],
});
test('its notes have lost the mark', deleteFaults, 'refused', /lost the mark/, {
	vms: [{...foreignVm(), vmid: slot, tags: aReadyVm().config?.tags?.split(';') ?? []}],
});

test('a VM that is being destroyed is waited for', (t) => {
	const vms = [{...halfMade, lock: 'destroyed', config: {lock: 'destroyed'}, tasks: ['qmdestroy']}];
	t.is(nextDeleteSteps(identity, vmidRange, aLook({vms}))[0]?.do, 'wait');
});

test('a seed alone: its clone may be on its way for a while', (t) => {
	const steps = (quietMs: number, seeds = [aSeed], everMs = 0) =>
		nextDeleteSteps(identity, vmidRange, aLook({seeds, quietMs}), {afterSeedMs: 10_000, everMs});
	t.is(steps(9_999)[0]?.do, 'wait');
	t.is(steps(10_000)[0]?.do, 'remove-seed');
	t.deepEqual(steps(0, []), []);
	t.is(steps(20_000, [], 45_000)[0]?.do, 'wait');
	t.is(steps(20_000, [aSeed], 45_000)[0]?.do, 'wait');
});

test('a task that is about to change what a VM does is waited for', (t) => {
	const vms = [aReadyVm({power: 'running', tasks: ['vncproxy', 'qmstop']})];
	t.is(nextCreateSteps(aRunner(), aLook({vms, seeds: [aSeed]}))[0]?.do, 'wait');
	t.is(nextPowerStep(identity, slots, 'running', aLook({vms}))[0]?.do, 'wait');
	const watched = [aReadyVm({power: 'running', tasks: ['vncproxy', 'vzdump']})];
	t.deepEqual(nextCreateSteps(aRunner(), aLook({vms: watched, seeds: [aSeed]})), []);
});

test('a VM that another seed has set up is removed, and made anew', (t) => {
	const other = `local:iso/${aSeed.fileName.replace('c0ffee000000', '0ddba11ad000')},media=cdrom`;
	const first = (power: ObservedVm['power']) =>
		nextCreateSteps(aRunner(), aLook({vms: [aVm({power, settings: {ide2: other}})], seeds: [aSeed]}))[0]?.do;
	t.is(first('running'), 'stop');
	t.is(first('stopped'), 'destroy');
});

test('a dead clone of the runner keeps its slot, and the next one is taken', (t) => {
	const [step] = nextCreateSteps(
		aRunner(),
		aLook({vms: [aVm({lock: 'clone'})], inventory: {...aLook().inventory, vms: [aVm()]}, seeds: [aSeed]}),
	);
	t.like(step, {do: 'clone', vmid: slots[1] ?? 0});
});

test('power: only what differs is done', (t) => {
	const step = (power: 'running' | 'stopped', vm: Partial<ObservedVm>) =>
		nextPowerStep(identity, slots, power, aLook({vms: [aVm(vm)]}))[0]?.do;
	t.is(step('running', {power: 'running'}), undefined);
	t.is(step('running', {power: 'stopped'}), 'start');
	t.is(step('running', {power: 'paused'}), 'resume');
	t.is(step('running', {power: 'stopped', lock: 'backup'}), 'wait');
	t.is(step('stopped', {power: 'running'}), 'stop');
	t.is(step('stopped', {power: 'stopped'}), undefined);
	t.like(
		t.throws(() => nextPowerStep(identity, slots, 'running', aLook())),
		{code: 'not-found'},
	);
	t.is(nextPowerStep(identity, slots, 'running', aLook({hidden: [{vmid: slot}], cloning: [slot]}))[0]?.do, 'wait');
});
