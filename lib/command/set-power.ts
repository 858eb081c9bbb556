import {nextPowerStep} from '../runner/power-plan.ts';
import {slotsOf} from '../runner/vmid.ts';
import type {RunnerPlace} from './delete-instance.ts';
import {reconcile} from './reconcile.ts';
import {runnerWorld} from './runner-world.ts';
import type {CommandTools} from './tools.ts';

/** Starts or stops a runner; ends well also where it does that already. Throws `not-found` where there is none. */
export async function setPower(runner: RunnerPlace, power: 'running' | 'stopped', tools: CommandTools): Promise<void> {
	const slots = slotsOf(runner.controller, runner.name, runner.vmidRange);
	const world = runnerWorld({runner, slots, purpose: 'power', seedStorage: runner.seed.storage}, tools);
	await reconcile(world, (seen) => nextPowerStep(runner, slots, power, seen), tools);
}
