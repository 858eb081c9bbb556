import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type Server} from 'node:net';
import test from 'ava';
import {type TurnOrder, takeTurn} from '../../lib/host/turn.ts';
import {systemClock} from '../../lib/time/clock.ts';

const anOrder = (changes: Partial<TurnOrder> = {}): TurnOrder => ({
	...{name: randomUUID(), width: 2, patienceMs: 60_000, clock: systemClock, random: Math.random},
	...changes,
});

/** Occupies a turn as another process does, and tells of each one that waits for its end. */
async function hold(name: string, n: number, waits: () => void = () => undefined): Promise<Server> {
	const server = createServer((connection) => {
		connection.on('error', () => undefined);
		server.once('close', () => connection.destroy());
		waits();
	});
	server.listen(`\0garm-provider-proxmox/${n}/${name}`);
	await once(server, 'listening');
	return server;
}

test('no more than so many have a turn at a time, and the next one begins when one ends', async (t) => {
	const order = anOrder();
	const told: string[] = [];
	const turns = await Promise.all([takeTurn(order), takeTurn(order)]);
	const third = takeTurn(order).then((turn) => {
		told.push('third begins');
		return turn;
	});
	// Another name has turns of its own.
	(await takeTurn(anOrder())).end();
	told.push('another name');
	for (const turn of turns) turn.end();
	(await third).end();
	t.deepEqual(told, ['another name', 'third begins']);
});

test('who waits is woken by the end of the turn', async (t) => {
	const name = randomUUID();
	let told: string[] = [];
	const server = await hold(name, 0, () => {
		told = ['waits', 'ends'];
		server.emit('close');
		server.close();
	});
	const turn = await takeTurn(anOrder({name, width: 1}));
	t.deepEqual(told, ['waits', 'ends']);
	await t.throwsAsync(hold(name, 0), {code: 'EADDRINUSE'});
	turn.end();
});

test('a turn ends with its process', async (t) => {
	const name = randomUUID();
	const program = `require('node:net').createServer(() => process.kill(process.pid, 'SIGKILL'))
		.listen('\\0garm-provider-proxmox/0/${name}', () => console.log('listens'))`;
	const child = spawn(process.execPath, ['-e', program], {stdio: ['ignore', 'pipe', 'inherit']});
	await once(child.stdout, 'data');
	const turn = await takeTurn(anOrder({name, width: 1}));
	await t.throwsAsync(hold(name, 0), {code: 'EADDRINUSE'}, 'it is ours now');
	turn.end();
});

test('patience has an end, and so has the process that waits', async (t) => {
	const name = randomUUID();
	const server = await hold(name, 0);
	let passedMs = 0;
	const clock = {
		...systemClock,
		now: () => passedMs,
		after(ms: number, act: () => void) {
			passedMs += ms;
			setImmediate(act);
			return () => undefined;
		},
	};
	(await takeTurn(anOrder({name, width: 1, clock}))).end();
	t.is(passedMs, 60_000);
	const stop = new AbortController();
	const waits = takeTurn(anOrder({name, width: 1, stop: stop.signal}));
	stop.abort();
	(await waits).end();
	t.true(server.listening, 'the other one has its turn still');
	server.emit('close');
	server.close();
});

test('a name of any length and of any letters has turns', async (t) => {
	const order = anOrder({name: `${'ä/\n'.repeat(200)}${randomUUID()}`, width: 1});
	const turn = await takeTurn(order);
	const told: string[] = [];
	const next = takeTurn(order).then((later) => {
		told.push('second begins');
		return later;
	});
	(await takeTurn(anOrder())).end();
	told.push('another name');
	turn.end();
	(await next).end();
	t.deepEqual(told, ['another name', 'second begins']);
});
