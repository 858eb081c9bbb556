import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import type {Observed} from './observed.ts';
import type {Step} from './step.ts';
import {ownVms, refuseUnreachable, unbornVmid} from './whose.ts';

/** The next step towards a runner that does `power`. None: it does. Throws `not-found` where there is no such runner. */
export function nextPowerStep(
	runner: RunnerIdentity,
	slots: readonly number[],
	power: 'running' | 'stopped',
	seen: Observed,
): readonly Step[] {
	refuseUnreachable(runner, seen);
	const [vm] = ownVms(runner, seen);
	if (vm === undefined) {
		const unborn = unbornVmid(slots, seen);
		if (unborn !== undefined) return [{do: 'wait', why: `a clone at VMID ${unborn} may be runner ${runner.name}`}];
		throw new Fault('not-found', `There is no runner ${runner.name} of controller ${runner.controller}.`);
	}
	const {vmid, node} = vm;
	if (vm.power === power) return [];
	if (vm.lock !== undefined) return [{do: 'wait', why: `VM ${vmid} is locked (${vm.lock})`}];
	if (power === 'stopped') return [{do: 'stop', vmid, node}];
	return [{do: vm.power === 'paused' ? 'resume' : 'start', vmid, node}];
}
