import test from 'ava';
import {badRequest, Fault, isFault} from '../lib/fault.ts';

test('a single reason ends the sentence; several are counted', (t) => {
	t.is(badRequest('The pool', ['a is missing.']).message, 'The pool cannot be used: a is missing.');
	const fault = badRequest('The pool', ['a is missing.', 'b is wrong.']);
	t.is(fault.message, 'The pool cannot be used, for 2 reasons: (1) a is missing. (2) b is wrong.');
	t.deepEqual(fault.reasons, ['a is missing.', 'b is wrong.']);
	t.is(fault.code, 'bad-request');
});

test('a fault is told from other errors, and by its code', (t) => {
	const fault = new Fault('busy', 'Locked.', {cause: new Error('x'), facts: {vmid: 7}});
	t.true(isFault(fault));
	t.true(isFault(fault, 'bug', 'busy'));
	t.false(isFault(fault, 'bug'));
	t.false(isFault(new Error('x')));
	t.deepEqual(fault.facts, {vmid: 7});
});
