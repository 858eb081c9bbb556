import test from 'ava';
import {readMark, readTags, tagsOf, writeNotes} from '../../lib/runner/mark.ts';
import {hostNameOf, instanceIdOf, seedFileName, seedPrefix, vmNameOf} from '../../lib/runner/names.ts';
import {decodeTagValue, encodeTagValue} from '../../lib/runner/tag-value.ts';
import {slotsOf} from '../../lib/runner/vmid.ts';
import {aMark, controller, otherController, vmidRange} from '../helper/a-vm.ts';

const hardNames = [
	'garm-ny9heeqyw2rl',
	'My Scale Set-542b68dd-4b3d-459d-8531-34d5e779d4d6',
	'UPPER_lower.dots',
	'ünïcødé 漢字 🚀',
	'-',
	'quote"\'`$(x);\n\t{{x}}',
	'x'.repeat(300),
];
// pve-common JSONSchema.pm, formats pve-tag and dns-name.
const tagFormat = /^[a-z0-9_][a-z0-9_\-+.]*$/;
const labelFormat = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

const givesBackName = test.macro({
	exec(t, name: string) {
		const mark = aMark({runner: name, pool: name});
		t.deepEqual(readMark(writeNotes(mark), mark.vmid), mark);
		t.deepEqual(readTags(tagsOf(mark)), {controller, pool: name, runner: name});
		t.true(tagsOf(mark).every((tag) => tagFormat.test(tag)));
		t.regex(vmNameOf(name), labelFormat);
		t.true(hostNameOf(name, 'windows').length <= 15);
	},
	title: (_, name: string) =>
		`notes and tags give back the exact name ${JSON.stringify(name.slice(0, 40))}, and PVE takes them`,
});
for (const name of hardNames) test(givesBackName, name);

test('an instance id is a plain file name for every name, and no two runners share one', (t) => {
	const ids = [controller, otherController].flatMap((each) => hardNames.map((name) => instanceIdOf(each, name)));
	t.true(ids.every((id) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)));
	t.is(new Set(ids).size, ids.length);
});

test('names that differ only in what DNS forbids get VM names of their own', (t) => {
	const names = ['a_b', 'a.b', 'a b', 'a-b'].map(vmNameOf);
	t.is(new Set(names).size, 4);
	t.is(names[3], 'a-b');
});

test('a Windows name that is cut stays one of its own', (t) => {
	t.is(hostNameOf('garm-short', 'windows'), 'garm-short');
	t.not(hostNameOf('garm-w1nd0wsrunner-a', 'windows'), hostNameOf('garm-w1nd0wsrunner-b', 'windows'));
});

test('a mark that was written for another VMID proves nothing: a person copied the VM', (t) => {
	t.is(readMark(writeNotes(aMark()), aMark().vmid + 1), undefined);
});

const provesNothing = test.macro({
	exec(t, spoil: (notes: string) => string) {
		t.is(readMark(spoil(writeNotes(aMark())), aMark().vmid), undefined);
	},
	title: (what = '') => `notes prove nothing: ${what}`,
});
test('they are empty', provesNothing, () => '');
test('the mark is cut', provesNothing, (notes) => notes.slice(0, -5));
test('the mark names no controller', provesNothing, (notes) => notes.replace(controller, ''));
test('the mark is of a format that nobody knows yet', provesNothing, (notes) => notes.replace('"v":1', '"v":2'));
test('there are two marks', provesNothing, (notes) => `${notes}\n${notes}`);
test('the mark is no object', provesNothing, () => 'garm-mark: null');

test('words that a person puts around the mark do not spoil it', (t) => {
	t.deepEqual(readMark(`# note\r\n${writeNotes(aMark())}\nmore`, aMark().vmid), aMark());
});

test('an empty pool gets no tag', (t) => {
	t.deepEqual(readTags(tagsOf({controller, pool: '', runner: 'r'})), {controller, runner: 'r'});
});

test('a tag that this project did not write is no value', (t) => {
	for (const foreign of ['A', 'a_b', 'a_zz', '_ff', 'a.b']) t.is(decodeTagValue(foreign), undefined, foreign);
	t.is(decodeTagValue(encodeTagValue('A b')), 'A b');
});

test('slots follow from controller and name alone, lie in the range and do not repeat', (t) => {
	const slots = slotsOf(controller, 'r', vmidRange);
	t.deepEqual(slotsOf(controller, 'r', vmidRange), slots);
	t.is(new Set(slots).size, slots.length);
	t.true(slots.every((vmid) => vmid >= vmidRange.first && vmid <= vmidRange.last));
	t.notDeepEqual(slotsOf(otherController, 'r', vmidRange), slots);
	t.deepEqual([...slotsOf(controller, 'r', {first: 7, last: 8})].sort(), [7, 8]);
});

test('the seeds of one runner share a prefix that no other runner has', (t) => {
	t.true(seedFileName(controller, 'r-1', 'abc').startsWith(seedPrefix(controller, 'r-1')));
	t.false(seedFileName(controller, 'r-10', 'abc').startsWith(seedPrefix(controller, 'r-1')));
	t.regex(seedFileName(controller, 'ü b', 'abc'), /^[A-Za-z0-9_.-]+\.iso$/);
});
