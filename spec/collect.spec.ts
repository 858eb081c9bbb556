import test from 'ava';
import {collectReasons} from '../lib/collect.ts';
import {badRequest, Fault} from '../lib/fault.ts';

const fail = (...reasons: readonly string[]) => {
	throw badRequest('x', reasons);
};

test('the reasons of every attempt are gathered in order, each once, with what they are about', async (t) => {
	const problems = collectReasons();
	t.is(
		problems.attempt(() => 7),
		7,
	);
	t.is(
		problems.attempt(() => fail('a', 'b'), 'config'),
		undefined,
	);
	t.is(await problems.attemptLater(async () => fail('c')), undefined);
	t.is(await problems.attemptLater(async () => 'fine', 'image'), 'fine');
	problems.add('c');
	problems.add('d');
	t.deepEqual(problems.reasons, ['config: a', 'config: b', 'c', 'd']);
});

test('a bad request without a list of reasons is a reason itself', (t) => {
	const problems = collectReasons();
	problems.attempt(() => {
		throw new Fault('bad-request', 'The address is none.');
	});
	t.deepEqual(problems.reasons, ['The address is none.']);
});

test('every other failure goes on', async (t) => {
	const problems = collectReasons();
	const other = new Fault('unreachable', 'No answer.');
	t.is(
		t.throws(() =>
			problems.attempt(() => {
				throw other;
			}),
		),
		other,
	);
	await t.throwsAsync(
		problems.attemptLater(() => Promise.reject(new TypeError('x'))),
		{instanceOf: TypeError},
	);
	t.deepEqual(problems.reasons, []);
});
