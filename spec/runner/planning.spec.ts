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

test('nothing is there: the clone and the upload begin side by side, at the first slot', (t) => {
	const [clone, upload, ...more] = nextCreateSteps(aRunner(), aLook());
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
	t.deepEqual(upload, {do: 'upload-seed', node: 'pve', storage: 'local', fileName: aSeed.fileName});
	t.deepEqual(more, []);
});

const clonesSo = test.macro({
	exec(t, desired: Partial<DesiredRunner>, look: Partial<Observed>, expected: object) {
		const [clone] = nextCreateSteps(aRunner(desired), aLook(look));
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
test('a locked VM is waited for', deletes, {vms: [aVm({lock: 'clone'})]}, {do: 'wait'});
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
test('somebody protected it', deleteFaults, 'refused', /qm set \d+ --protection 0/, {
	vms: [aVm({settings: {protection: '1'}})],
});
test('it is half destroyed', deleteFaults, 'refused', /qm unlock/, {vms: [aVm({lock: 'destroyed'})]});
test('the worker of its clone died', deleteFaults, 'refused', /qm unlock \d+ && qm destroy/, {vms: [halfMade]});
test('its notes have lost the mark', deleteFaults, 'refused', /lost the mark/, {
	vms: [{...foreignVm(), vmid: slot, tags: aReadyVm().config?.tags?.split(';') ?? []}],
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
