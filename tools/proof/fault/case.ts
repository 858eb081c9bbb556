import type {LoggedRequest, World} from '../../simulator/index.ts';
import {requestNamer} from '../point.ts';
import type {Shape} from '../shape.ts';
import {type FaultKind, kinds} from './kind.ts';

/** What GARM asks for while something goes wrong. */
export type Operation = 'create' | 'delete' | 'get' | 'list' | 'start' | 'stop' | 'remove-all';

export const operations: readonly Operation[] = ['create', 'delete', 'get', 'list', 'start', 'stop', 'remove-all'];

/** One fault at one request of one operation. */
export interface FaultCase {
	readonly name: string;
	readonly operation: Operation;
	readonly shape: Shape;
	/** The request, e.g. `clone#1`. */
	readonly at: string;
	readonly kind: FaultKind;
}

// Later looks at a task are as its second one.
const looksTried = 2;

/** Every fault that fits a request, at each request that the operation makes undisturbed. */
export function casesOf(
	operation: Operation,
	shape: Shape,
	requests: readonly LoggedRequest[],
	world: World,
): readonly FaultCase[] {
	const nameOf = requestNamer();
	return requests.flatMap((request) => {
		const at = nameOf(request);
		if (at.startsWith('poll-') && Number(at.split('#')[1]) > looksTried) return [];
		return kinds
			.filter(({fits}) => fits?.(request, world, shape.name) ?? true)
			.map((kind) => ({operation, shape, at, kind, name: `${operation}/${shape.name}/${at}/${kind.name}`}));
	});
}
