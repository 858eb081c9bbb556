import {messageOf} from '../fault.ts';
import type {Removal} from '../sweep/plan.ts';
import {deleteInstance, type RunnerPlace} from './delete-instance.ts';
import {inGroups} from './in-groups.ts';
import type {CommandTools} from './tools.ts';

/** How a removal ended; `why` is absent where the thing is gone. */
export interface RemovalOutcome {
	readonly removal: Removal;
	readonly why?: string;
}

/** How a sweep goes about it. */
export interface SweepManners {
	/** Granted anew with each thing that is gone. */
	readonly budgetMs: number;
	/** Nothing more is begun once it is aborted. */
	readonly signal: AbortSignal;
	/** Told of each removal as it ends. */
	tell(outcome: RemovalOutcome): void;
}

/**
 * Removes runners, by the way that DeleteInstance goes, and then seeds. What cannot be removed does not hold up the
 * rest. Gives the outcome of each removal that was begun.
 */
export async function carryOut(
	removals: readonly Removal[],
	scope: Omit<RunnerPlace, 'name'>,
	tools: CommandTools,
	{budgetMs, signal, tell}: SweepManners,
): Promise<readonly RemovalOutcome[]> {
	const outcomes: RemovalOutcome[] = [];
	const take = async (removal: Removal) => {
		if (signal.aborted) return;
		const why = await remove(removal, scope, tools).then(
			() => undefined,
			(error: unknown) => messageOf(error),
		);
		const outcome = {removal, ...(why === undefined ? {} : {why})};
		outcomes.push(outcome);
		tell(outcome);
		tools.deadline.renew(budgetMs);
	};
	// The VM is gone before a seed is.
	for (const kind of ['remove-runner', 'remove-seed'] as const) {
		await inGroups(
			removals.filter((removal) => removal.do === kind),
			take,
		);
	}
	return outcomes;
}

function remove(removal: Removal, scope: Omit<RunnerPlace, 'name'>, tools: CommandTools): Promise<void> {
	if (removal.do === 'remove-seed') return tools.cluster.removeSeed(removal.node, removal.volumeId);
	return deleteInstance({...scope, name: removal.name, seenAt: removal.vmids}, tools);
}
