import {Fault} from '../fault.ts';
import {slotsOf} from '../runner/vmid.ts';
import {ownVms, shownAs, unbornVmid, unreachableVm} from '../runner/whose.ts';
import type {RunnerPlace} from './delete-instance.ts';
import {runnerWorld} from './runner-world.ts';
import {askAddresses, type Sighting} from './sighting.ts';
import type {CommandTools} from './tools.ts';

/** A runner as it is at this moment. Throws `not-found` only after a complete look. */
export async function getInstance(runner: RunnerPlace, tools: CommandTools): Promise<Sighting> {
	const {controller, name, vmidRange, seed} = runner;
	const slots = slotsOf(controller, name, vmidRange);
	const seen = await runnerWorld({runner, slots, purpose: 'show', seedStorage: seed.storage}, tools).observe();
	const [vm] = ownVms(runner, seen);
	if (vm?.mark !== undefined) {
		const addresses = (await askAddresses(tools.cluster, vm)) ?? [];
		return {name, pool: vm.mark.pool, power: vm.power, addresses, mark: vm.mark};
	}
	const lost = unreachableVm(runner, seen);
	if (lost !== undefined || unbornVmid(slots, seen) !== undefined) {
		return {name, pool: lost === undefined ? '' : shownAs(lost).pool, power: 'unknown', addresses: []};
	}
	throw new Fault('not-found', `There is no runner ${name} of controller ${controller}.`);
}
