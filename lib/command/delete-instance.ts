import {type LateWork, nextDeleteSteps} from '../runner/delete-plan.ts';
import type {RunnerIdentity} from '../runner/desired.ts';
import {slotsOf, type VmidRange} from '../runner/vmid.ts';
import {reconcile} from './reconcile.ts';
import {runnerWorld} from './runner-world.ts';
import type {CommandTools} from './tools.ts';

/** A runner, and where its VM and its seed may be. */
export interface RunnerPlace extends RunnerIdentity {
	readonly vmidRange: VmidRange;
	/** VMIDs beside its slots at which it has been seen. */
	readonly seenAt?: readonly number[];
	readonly seed: {readonly storage: string};
}

/** What a run that was killed may have left on its way: in a storm a POST is acted on up to 7 s after it was sent. */
export const afterAnotherRun: LateWork = {afterSeedMs: 10_000, everMs: 0};

/** Removes a runner's VM, disks and seed; ends well also where nothing is left of it. */
export async function deleteInstance(
	runner: RunnerPlace,
	tools: CommandTools,
	late: LateWork = afterAnotherRun,
): Promise<void> {
	const slots = [...slotsOf(runner.controller, runner.name, runner.vmidRange), ...(runner.seenAt ?? [])];
	const world = runnerWorld({runner, slots, purpose: 'delete', seedStorage: runner.seed.storage}, tools);
	await reconcile(world, (seen) => nextDeleteSteps(runner, runner.vmidRange, seen, late), tools);
}
