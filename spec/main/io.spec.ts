import {PassThrough} from 'node:stream';
import test from 'ava';
import {processIo} from '../../lib/main/io.ts';
import {type Clock, systemClock} from '../../lib/time/clock.ts';

/** Streams of a process, `sleep` being all waiting of it. */
function aProcess(sleep: Clock['sleep'] = () => new Promise(() => undefined)) {
	const streams = {stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {}};
	return {...streams, io: processIo(streams as unknown as NodeJS.Process, {...systemClock, now: () => 0, sleep})};
}

test('standard input is read to its end', async (t) => {
	const {stdin, io} = aProcess();
	const read = io.readInput();
	const letters = Buffer.from('{"name": "ü"}');
	for (const [n] of letters.entries()) stdin.write(letters.subarray(n, n + 1));
	stdin.end();
	t.is(await read, '{"name": "ü"}');
});

test('a terminal is never waited for', async (t) => {
	const {stdin, io} = aProcess();
	Object.assign(stdin, {isTTY: true});
	t.is(await io.readInput(), '');
});

test('where nothing comes in time, not even the end, that is the answer', async (t) => {
	const {stdin, io} = aProcess(async () => undefined);
	t.is(await io.readInput(5000), undefined);
	t.true(stdin.destroyed);
});

test('what has begun to come is awaited to its end, however long it takes', async (t) => {
	const {stdin, io} = aProcess(
		(_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
	);
	const read = io.readInput(5000);
	stdin.write('{"na');
	await new Promise(setImmediate);
	stdin.end('me": 1}');
	t.is(await read, '{"name": 1}');
});

test('an input that ends at once is empty', async (t) => {
	const {stdin, io} = aProcess();
	stdin.end();
	t.is(await io.readInput(5000), '');
});

test('a reader of our output who is gone is no failure of ours', (t) => {
	const {stdout, io} = aProcess();
	t.notThrows(() => stdout.emit('error', new Error('EPIPE')));
	io.writeOut('{}\n');
	t.is(String(stdout.read()), '{}\n');
});
