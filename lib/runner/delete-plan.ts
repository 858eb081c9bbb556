import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import type {Observed, ObservedVm} from './observed.ts';
import type {Step} from './step.ts';
import {slotsOf, type VmidRange} from './vmid.ts';
import {
	deadCloneFault,
	halfMadeVms,
	hasLostMark,
	lostMarkFault,
	ownVms,
	refuseUnreachable,
	unbornVmid,
} from './whose.ts';

/** The next steps towards nothing left of a runner: its VMs first, then their seeds. None: nothing is left. */
export function nextDeleteSteps(runner: RunnerIdentity, vmidRange: VmidRange, seen: Observed): readonly Step[] {
	refuseUnreachable(runner, seen);
	const slots = slotsOf(runner.controller, runner.name, vmidRange);
	const own = ownVms(runner, seen);
	if (own.length > 0) return own.map(removal);
	const unborn = unbornVmid(slots, seen);
	if (unborn !== undefined) return [{do: 'wait', why: `a clone at VMID ${unborn} may be runner ${runner.name}`}];
	const [dead] = halfMadeVms(slots, seen);
	if (dead !== undefined) throw deadCloneFault(dead);
	const strayed = seen.vms.find((vm) => slots.includes(vm.vmid) && hasLostMark(vm, vmidRange));
	if (strayed !== undefined) throw lostMarkFault(strayed);
	return seen.seeds.map(({node, volumeId}) => ({do: 'remove-seed', node, volumeId}));
}

function removal({vmid, node, lock, power, config = {}}: ObservedVm): Step {
	if (config.protection === '1') {
		throw new Fault(
			'refused',
			`Unable to remove VM ${vmid}: somebody has protected it. To let it go, run: qm set ${vmid} --protection 0`,
			{facts: {kind: 'protected', vmid, node}},
		);
	}
	// qemu-server: a token may not lift this lock, and destroying again needs root.
	if (lock === 'destroyed') {
		throw new Fault(
			'refused',
			`VM ${vmid} is half destroyed, and only root may finish that. On node ${node} run: qm unlock ${vmid} && qm destroy ${vmid}`,
			{facts: {kind: 'needs-root', vmid, node}},
		);
	}
	if (lock !== undefined) return {do: 'wait', why: `VM ${vmid} is locked (${lock})`};
	return {do: power === 'stopped' ? 'destroy' : 'stop', vmid, node};
}
