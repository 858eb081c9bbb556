import test from 'ava';
import {isFault} from '../../lib/fault.ts';
import {systemClock} from '../../lib/time/clock.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';

test('a deadline counts down to nothing, and then names what was waited for', (t) => {
	let now = 1000;
	const deadline = deadlineIn(90_000, {now: () => now});
	t.is(deadline.remainingMs(), 90_000);
	now += 89_999;
	t.notThrows(() => deadline.check('the lock of VM 7'));
	now += 1;
	const error = t.throws(() => deadline.check('the lock of VM 7'));
	t.true(isFault(error, 'timed-out'));
	t.is(error?.message, 'Gave up after 90 s, waiting for the lock of VM 7.');
	now += 50_000;
	t.is(deadline.remainingMs(), 0);
});

test('a deadline that is renewed begins anew, with its new budget in its words', (t) => {
	let now = 0;
	const deadline = deadlineIn(1000, {now: () => now});
	now = 5000;
	deadline.renew(2000);
	t.is(deadline.remainingMs(), 2000);
	now = 7000;
	t.throws(() => deadline.check('x'), {message: 'Gave up after 2 s, waiting for x.'});
});

test('the system’s clock tells the time, and sleeps', async (t) => {
	const before = Date.now();
	t.true(systemClock.now() >= before);
	await t.notThrowsAsync(systemClock.sleep(1));
});

test('a sleep ends where its signal aborts, also before it begins', async (t) => {
	const signal = new AbortController();
	const sleep = systemClock.sleep(600_000, signal.signal);
	signal.abort();
	await t.notThrowsAsync(sleep);
	await t.notThrowsAsync(systemClock.sleep(600_000, signal.signal));
});
