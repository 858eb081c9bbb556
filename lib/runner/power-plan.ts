import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import type {Observed} from './observed.ts';
import type {Step} from './step.ts';
import {deadWorkFault, isDeadClone, ownVms, refuseUnreachable, remainsOf, unbornVmid} from './whose.ts';

/** The next step towards a runner that does `power`. None: it does. Throws `not-found` where there is no such runner. */
export function nextPowerStep(
	runner: RunnerIdentity,
	slots: readonly number[],
	power: 'running' | 'stopped',
	seen: Observed,
): readonly Step[] {
	refuseUnreachable(runner, seen);
	const own = ownVms(runner, seen);
	const vm = own.find((each) => !isDeadClone(each, seen));
	if (vm === undefined) {
		const unborn = unbornVmid(slots, seen);
		if (unborn !== undefined) return [{do: 'wait', why: `a clone at VMID ${unborn} may be runner ${runner.name}`}];
		const remains = remainsOf(runner, slots, seen);
		if (remains !== undefined && own.length > 0) throw deadWorkFault(remains);
		throw new Fault('not-found', `There is no runner ${runner.name} of controller ${runner.controller}.`);
	}
	const {vmid, node, tasks = []} = vm;
	const task = tasks.find(changesPower);
	if (task !== undefined) return [{do: 'wait', why: `a task (${task}) is at work on VM ${vmid}`}];
	if (vm.power === power) return [];
	if (vm.lock !== undefined) return [{do: 'wait', why: `VM ${vmid} is locked (${vm.lock})`}];
	if (power === 'stopped') return [{do: 'stop', vmid, node}];
	return [{do: vm.power === 'paused' ? 'resume' : 'start', vmid, node}];
}

/** Whether a task of this type changes what its VM does when it ends. */
export function changesPower(type: string): boolean {
	return /^qm(?:start|stop|shutdown|reboot|suspend|resume|destroy)$/.test(type);
}
