import {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {processIo} from '../../lib/main/io.ts';
import {systemClock} from '../../lib/time/clock.ts';
import {type ProviderAnswer, runProviderProcess, startProviderProcess} from '../../tools/demo/provider-process.ts';
import {type Ask, instanceToken} from '../../tools/proof/ask.ts';
import {openScene, type Scene} from '../../tools/proof/scene.ts';
import {shapes} from '../../tools/proof/shape.ts';

const name = 'garm-ny9heeqyw2rl';

interface Stage extends Scene {
	readonly create: Ask;
}

/** Runs a story on a simulated cluster of its own. */
function onScene(run: (t: ExecutionContext, stage: Stage) => Promise<void>): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const [shape] = shapes;
		if (shape === undefined) throw new Error('there is no shape');
		const scene = await openScene(shape);
		try {
			await run(t, {...scene, create: scene.ask.create({...shape.order, name})});
		} finally {
			await scene.close();
		}
	};
}

/** Tells the provider to stop (as systemd does) when a request has come, or has been acted on. */
async function stoppedAt(
	{simulator}: Scene,
	{env, input}: Ask,
	operation: string,
	phase: 'before' | 'after',
): Promise<ProviderAnswer> {
	const {kill, answer} = startProviderProcess(env, input);
	const stop = simulator.onRequest((_n, now, request) => {
		if (now !== phase || request.operation !== operation) return;
		stop();
		kill('SIGTERM');
	});
	return answer;
}

function hasStopped(t: ExecutionContext, {exitCode, stdout, stderr}: ProviderAnswer, waitedFor: RegExp): void {
	t.is(exitCode, 1);
	t.regex(stderr, /^Told to stop, and did, .*\n$/);
	t.regex(stderr, waitedFor);
	t.false((stdout + stderr).includes(instanceToken));
}

async function succeeds(t: ExecutionContext, {env, input}: Ask): Promise<void> {
	t.like(await runProviderProcess(env, input), {exitCode: 0, stderr: ''});
}

test(
	'a create that is told to stop waits for no task, and the next delete waits for the clone and removes it',
	onScene(async (t, stage) => {
		const goOn = stage.simulator.holdWorkers(2, {type: 'qmclone'});
		const answer = await stoppedAt(stage, stage.create, 'clone', 'after');
		hasStopped(t, answer, /qmclone/);
		t.like(JSON.parse(answer.stdout), {name, status: 'error'});
		const asked = stage.simulator.onRequest((_n, phase, {operation}) => {
			if (phase === 'after' && operation === 'tasks') goOn();
		});
		await succeeds(t, stage.ask.remove(name));
		asked();
		t.deepEqual(stage.mess(), []);
	}),
);

test(
	'a create that is told to stop while its clone is asked for takes the answer, and the next create goes on',
	onScene(async (t, stage) => {
		const goOn = stage.simulator.holdWorkers(2, {type: 'qmclone'});
		hasStopped(
			t,
			await stoppedAt(stage, stage.create, 'clone', 'before'),
			/waited for the PVE task UPID:pve:.*:qmclone:/,
		);
		goOn();
		await succeeds(t, stage.create);
		t.is(stage.simulator.requests.filter(({operation}) => operation === 'clone').length, 1);
		await succeeds(t, stage.ask.remove(name));
		t.deepEqual(stage.mess(), []);
	}),
);

test(
	'a write without an answer is given up',
	onScene(async (t, stage) => {
		stage.simulator.faults.add({match: {operation: 'clone'}, times: 1, effect: {kind: 'hang'}});
		hasStopped(t, await stoppedAt(stage, stage.create, 'clone', 'before'), /told to stop/);
		t.deepEqual(
			stage.mess().map((line) => /^\S+ \S+garm-seed-\S+ is left/.test(line)),
			[true],
			'its seed is there, no VM',
		);
	}),
);

test(
	'a read without an answer is given up at once, whatever asks',
	onScene(async (t, stage) => {
		const {remove, removeAll, get, list, start} = stage.ask;
		for (const ask of [stage.create, remove(name), removeAll(), get(name), list(), start(name)]) {
			stage.simulator.faults.add({match: {operation: 'resources'}, times: 1, effect: {kind: 'hang'}});
			hasStopped(t, await stoppedAt(stage, ask, 'resources', 'before'), /the answer to GET \/cluster\/resources/);
		}
		t.deepEqual(stage.mess(), []);
	}),
);

test('who waits for a request that is never written to its end stops too', async (t) => {
	const stop = new AbortController();
	const {stdout, stderr, env} = process;
	const stdin = new PassThrough();
	stdin.write('{"name":');
	const input = processIo(
		{stdin, stdout, stderr, env} as unknown as NodeJS.Process,
		systemClock,
		stop.signal,
	).readInput();
	stop.abort();
	await t.throwsAsync(input, {message: /before the request was read: nothing is begun/});
});
