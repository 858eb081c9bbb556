import {footprintOf} from '../footprint.ts';
import type {Beginning} from '../scene.ts';
import {openScene} from '../scene.ts';
import type {Shape} from '../shape.ts';
import {casesOf, type FaultCase, type Operation} from './case.ts';
import {runInside} from './inside.ts';
import {otherName, runnerName} from './judge.ts';
import {sharedTime} from './shared-time.ts';

/** The cases of one operation, and what each of them begins with. */
export interface Rehearsal {
	readonly cases: readonly FaultCase[];
	readonly beginning: Beginning | undefined;
}

/** Makes two runners on a shape's cluster, and has each operation done undisturbed, to see what it asks for. */
export async function rehearse(
	shape: Shape,
	wanted: readonly Operation[],
	seed: number,
): Promise<ReadonlyMap<Operation, Rehearsal>> {
	const begin = await beginnings(shape, seed);
	const rehearsals = new Map<Operation, Rehearsal>();
	for (const operation of wanted) {
		const beginning = operation === 'create' ? undefined : operation === 'start' ? begin.stopped : begin.running;
		const time = sharedTime();
		const scene = await openScene(shape, beginning, {clock: time});
		scene.simulator.onRequest(time.touch);
		const {ask, simulator} = scene;
		const asks = {
			create: () => ask.create({...shape.order, name: runnerName}),
			delete: () => ask.remove(runnerName),
			get: () => ask.get(runnerName),
			list: () => ask.list(),
			start: () => ask.start(runnerName),
			stop: () => ask.stop(runnerName),
			'remove-all': () => ask.removeAll(),
		};
		const {exitCode, stderr} = await runInside(asks[operation](), simulator, time, seed);
		if (exitCode !== 0) throw new Error(`${shape.name}: even undisturbed, ${operation} fails: ${stderr}`);
		rehearsals.set(operation, {beginning, cases: casesOf(operation, shape, simulator.requests, simulator.world)});
		await scene.close();
	}
	return rehearsals;
}

/** The cluster with two runners that run, and with one of them stopped. */
async function beginnings(shape: Shape, seed: number): Promise<{running: Beginning; stopped: Beginning}> {
	const time = sharedTime();
	const scene = await openScene(shape, undefined, {clock: time});
	const {ask, simulator} = scene;
	simulator.onRequest(time.touch);
	const before = footprintOf(simulator.world);
	for (const name of [runnerName, otherName])
		await runInside(ask.create({...shape.order, name}), simulator, time, seed);
	await simulator.settle();
	const running = {world: simulator.snapshot(), before};
	await runInside(ask.stop(runnerName), simulator, time, seed);
	await simulator.settle();
	const stopped = {world: simulator.snapshot(), before};
	await scene.close();
	return {running, stopped};
}
