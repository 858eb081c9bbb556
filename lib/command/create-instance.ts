import {Fault, isFault} from '../fault.ts';
import {nextCreateSteps} from '../runner/create-plan.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import type {ObservedVm} from '../runner/observed.ts';
import {slotsOf} from '../runner/vmid.ts';
import {ownVms} from '../runner/whose.ts';
import {deleteInstance} from './delete-instance.ts';
import {reconcile} from './reconcile.ts';
import {resolveTemplates} from './resolve-template.ts';
import {runnerWorld} from './runner-world.ts';
import type {CommandTools} from './tools.ts';

/**
 * Gives the started VM of a runner, made by this run or by an earlier one. Where that fails, what was made is removed
 * within `cleanupMs`, and the fault tells it.
 */
export async function createInstance(
	desired: DesiredRunner,
	tools: CommandTools,
	cleanupMs: number,
): Promise<ObservedVm> {
	try {
		return await bringUp(desired, tools);
	} catch (error) {
		// These are known before anything is made, and a duplicate is not ours to remove.
		if (isFault(error, 'bad-request', 'duplicate')) throw error;
		tools.logger.warn('create failed, cleaning up', {why: error instanceof Error ? error.message : String(error)});
		tools.deadline.renew(cleanupMs);
		await deleteInstance(desired, tools).catch((left: unknown) => {
			throw withLeftovers(error, left);
		});
		throw error;
	}
}

async function bringUp(desired: DesiredRunner, tools: CommandTools): Promise<ObservedVm> {
	const {cluster} = tools;
	const world = runnerWorld(
		{
			runner: desired,
			slots: slotsOf(desired.controller, desired.name, desired.vmidRange),
			purpose: 'create',
			seedStorage: desired.seed.storage,
			findTemplates: (inventory) => resolveTemplates(desired, inventory, cluster),
		},
		tools,
		desired.seed.image,
	);
	const seen = await reconcile(world, (each) => nextCreateSteps(desired, each), tools);
	const [vm] = ownVms(desired, seen);
	if (vm === undefined) throw new Fault('bug', `Runner ${desired.name} was made, but is not there.`);
	return vm;
}

function withLeftovers(error: unknown, left: unknown): unknown {
	if (!isFault(error)) return error;
	const why = left instanceof Error ? left.message : String(left);
	return new Fault(error.code, `${error.message} Cleaning up failed too, GARM's next delete goes on: ${why}`, {
		reasons: error.reasons,
		facts: error.facts,
		cause: error,
	});
}
