import {runProviderProcess} from '../../demo/provider-process.ts';
import {footprintOf} from '../footprint.ts';
import {requestNamer} from '../point.ts';
import {type Beginning, openScene} from '../scene.ts';
import type {Shape} from '../shape.ts';
import type {Operation} from './case.ts';
import {runnerName} from './run-case.ts';

/** What one operation on one shape begins with, and the requests that it makes. */
export interface Rehearsal {
	readonly beginning: Beginning | undefined;
	readonly requests: readonly string[];
}

/** Lets one runner live on a shape's cluster undisturbed, and writes down what its create and its delete ask for. */
export async function rehearse(shape: Shape): Promise<Readonly<Record<Operation, Rehearsal>>> {
	const scene = await openScene(shape);
	try {
		const {simulator, ask} = scene;
		const before = footprintOf(simulator.world);
		const requests = async ({env, input}: ReturnType<typeof ask.removeAll>) => {
			const first = simulator.requests.length;
			const {exitCode, stderr} = await runProviderProcess(env, input);
			if (exitCode !== 0) throw new Error(`${shape.name}: even undisturbed, ${env.GARM_COMMAND} fails: ${stderr}`);
			await simulator.settle();
			return simulator.requests.slice(first).map(requestNamer());
		};
		const create = await requests(ask.create({...shape.order, name: runnerName}));
		const world = simulator.snapshot();
		const remove = await requests(ask.remove(runnerName));
		const mess = scene.mess();
		if (mess.length > 0) throw new Error(`${shape.name}: even undisturbed, something is left: ${mess.join('; ')}`);
		return {
			create: {beginning: undefined, requests: create},
			delete: {beginning: {world, before}, requests: remove},
		};
	} finally {
		await scene.close();
	}
}
