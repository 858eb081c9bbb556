import test from 'ava';
import {dueEvictions, ejection, longRunningVms} from '../../lib/runner/eviction.ts';
import {tagsOf} from '../../lib/runner/mark.ts';
import type {VmRow} from '../../lib/runner/observed.ts';
import {aMark, aReadyVm, aRunner, aSeed, controller, otherController, runnerName, slot} from '../helper/a-vm.ts';

const row = (changes: Partial<VmRow> = {}): VmRow => ({
	vmid: slot,
	node: 'pve',
	name: runnerName,
	power: 'running',
	template: false,
	tags: tagsOf({controller, pool: aRunner().pool, runner: runnerName}),
	uptimeSeconds: 601,
	...changes,
});
const due = {vm: row(), runner: runnerName, seeds: [aSeed]};

const looksFor = test.macro({
	exec(t, changes: Partial<VmRow>, expected: boolean) {
		t.is(longRunningVms(controller, 600, [row(changes)]).length, expected ? 1 : 0);
	},
	title: (what = '') => `a seed is looked for: ${what}`,
});
test('a VM of ours that runs for long', looksFor, {}, true);
test('an untagged VM, by its name', looksFor, {tags: []}, true);
test('never: one that has just started', looksFor, {uptimeSeconds: 600}, false);
test('never: one that does not run', looksFor, {power: 'stopped'}, false);
test('never: one of another controller', looksFor, {tags: tagsOf(aMark({controller: otherController}))}, false);
test('never: a template', looksFor, {template: true}, false);

test('a VM without a seed is not touched', (t) => {
	const vms = longRunningVms(controller, 600, [row()]);
	t.deepEqual(dueEvictions(controller, vms, []), []);
	t.deepEqual(dueEvictions(controller, vms, [aSeed]), [{vm: row(), runner: runnerName, seeds: [aSeed]}]);
	t.deepEqual(dueEvictions(otherController, vms, [aSeed]), [], 'the seed of another controller is another name');
});

test('only the drive with the seed is emptied, by the digest that was read', (t) => {
	const {config = {}} = aReadyVm();
	t.deepEqual(ejection(controller, due, {...config, ide0: 'local:iso/tools.iso,media=cdrom'}), {
		do: 'configure',
		vmid: slot,
		node: 'pve',
		set: {ide2: 'none,media=cdrom'},
		remove: [],
		digest: 'd1',
	});
});

test('a VM whose notes prove nothing keeps what is in its drives', (t) => {
	const {config = {}} = aReadyVm();
	t.is(ejection(controller, due, {...config, description: ''}), undefined);
	t.is(ejection(otherController, due, config), undefined);
	t.is(ejection(controller, {...due, vm: row({vmid: 7})}, config), undefined, 'a copy of the runner');
});
