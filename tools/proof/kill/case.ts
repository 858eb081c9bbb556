import {draw} from '../draw.ts';
import {isSure, isWrite, taskOf} from '../point.ts';
import type {Shape} from '../shape.ts';

/** One death of a provider process, and what GARM does after it. */
export interface KillCase {
	readonly name: string;
	readonly operation: Operation;
	readonly shape: Shape;
	/** The request at which the process is killed, e.g. `clone#1`. */
	readonly at: string;
	/** Before PVE has acted on it, or after that and before its answer. */
	readonly phase: 'before' | 'after';
	readonly world: WorldThen;
	readonly then: 'delete' | 'create' | 'all';
	/** Whether the recovery is killed too, at a request that the seed decides. */
	readonly twice: boolean;
}

export type Operation = 'create' | 'delete';

/**
 * What the cluster does meanwhile: everything that is under way ends before GARM goes on (`settled`); the request is
 * acted on only when the recovery has come some way (`late`); the task stands still after so many of its pauses until
 * then (`held`); or its worker is killed there (`dead`).
 */
export interface WorldThen {
	readonly kind: 'settled' | 'late' | 'held' | 'dead';
	readonly pauses: number;
}

/** Every case of one operation on one shape, from the requests that it makes when nobody kills it. */
export function casesOf(
	operation: Operation,
	shape: Shape,
	requests: readonly string[],
	seed: number,
): readonly KillCase[] {
	const points = requests.filter(isSure);
	const deaths = [
		...points.flatMap((at) => (['before', 'after'] as const).map((phase) => ({at, phase, world: settled}))),
		...points.filter(isWrite).map((at) => ({at, phase: 'before', world: late}) as const),
		...points.filter((at) => stagesOf(at) > 0).flatMap((at) => [...meanwhile(at, 'held'), ...meanwhile(at, 'dead')]),
	];
	return deaths.flatMap((death) =>
		(['delete', 'create', 'all'] as const).map((then) => {
			const {at, phase, world} = death;
			const place = `${operation}/${shape.name}/${at}/${phase}/${world.kind}${world.pauses || ''}/${then}`;
			const twice = world.kind !== 'dead' && draw(seed, place, 2) === 1;
			return {operation, shape, ...death, then, twice, name: `${place}/${twice ? 'twice' : 'once'}`};
		}),
	);
}

const settled: WorldThen = {kind: 'settled', pauses: 0};
const late: WorldThen = {kind: 'late', pauses: 0};

function meanwhile(
	at: string,
	kind: 'held' | 'dead',
): readonly {readonly at: string; readonly phase: 'after'; readonly world: WorldThen}[] {
	return Array.from({length: stagesOf(at)}, (_, n) => ({at, phase: 'after', world: {kind, pauses: n + 1}}));
}

// The pauses that a worker makes: a clone copies disk after disk, a destroy frees them one by one.
function stagesOf(at: string): number {
	const operation = at.replace(/#.*$/, '');
	if (operation === 'clone') return 5;
	if (operation === 'destroy') return 4;
	return operation in taskOf ? 2 : 0;
}
