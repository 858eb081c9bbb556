import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import {drivesOf, fileOf} from './drive.ts';
import {readTags} from './mark.ts';
import {seedPrefix} from './names.ts';
import type {Observed, ObservedVm} from './observed.ts';
import type {Step} from './step.ts';
import {slotsOf, type VmidRange} from './vmid.ts';
import {
	deadWorkFault,
	hasLostMark,
	isDeadClone,
	lostMarkFault,
	ownVms,
	refuseUnreachable,
	remainsOf,
	unbornVmid,
	zombiesIn,
} from './whose.ts';

/** How long something that was asked for may still be on its way, in milliseconds. */
export interface LateWork {
	/** Where only a seed is seen: it is there before its clone is asked for. */
	readonly afterSeedMs: number;
	/** Where nothing is seen. */
	readonly everMs: number;
}

/** For who knows what became of everything that was asked for. */
export const nothingLate: LateWork = {afterSeedMs: 0, everMs: 0};

/** The next steps towards nothing left of a runner: its VMs first, then their seeds. None: nothing is left. */
export function nextDeleteSteps(
	runner: RunnerIdentity,
	vmidRange: VmidRange,
	seen: Observed,
	{afterSeedMs, everMs}: LateWork = nothingLate,
): readonly Step[] {
	refuseUnreachable(runner, seen);
	const slots = slotsOf(runner.controller, runner.name, vmidRange);
	const living = ownVms(runner, seen).filter((vm) => !isDeadClone(vm, seen));
	if (living.length > 0) return living.map((vm) => removal(runner, vm));
	const unborn = unbornVmid(slots, seen);
	if (unborn !== undefined) return [{do: 'wait', why: `a clone at VMID ${unborn} may be runner ${runner.name}`}];
	const going = zombiesIn(slots, seen).find(({tasks = []}) => tasks.includes('qmdestroy'));
	if (going !== undefined) return [{do: 'wait', why: `VM ${going.vmid} is being destroyed`}];
	const strayed = seen.vms.find((vm) => slots.includes(vm.vmid) && hasLostMark(vm, vmidRange));
	if (strayed !== undefined) throw lostMarkFault(strayed);
	const prefix = seedPrefix(runner.controller, runner.name);
	if (seen.uploading.some((file) => file === undefined || file.startsWith(prefix))) {
		return [{do: 'wait', why: `a seed of runner ${runner.name} is being uploaded`}];
	}
	const remains = remainsOf(runner, slots, seen);
	const lateMs = seen.seeds.length > 0 ? Math.max(afterSeedMs, everMs) : everMs;
	if (remains === undefined && seen.quietMs < lateMs) {
		return [{do: 'wait', why: `what was asked for runner ${runner.name} may still be on its way`}];
	}
	if (remains !== undefined && seen.seeds.length === 0) throw deadWorkFault(remains);
	return seen.seeds.map(({node, volumeId}) => ({do: 'remove-seed', node, volumeId}));
}

function removal(runner: RunnerIdentity, vm: ObservedVm): Step {
	const {vmid, node, lock, power, config = {}} = vm;
	if (config.protection === '1') return unprotection(runner, vm);
	// qemu-server: a token may not lift this lock, and destroying again needs root.
	if (lock === 'destroyed') throw deadWorkFault({what: 'destroy', vmid, node});
	if (lock !== undefined) return {do: 'wait', why: `VM ${vmid} is locked (${lock})`};
	return {do: power === 'stopped' ? 'destroy' : 'stop', vmid, node};
}

/** A clone has its template's protection until its first config call; whatever protects it later is somebody's will. */
function unprotection(runner: RunnerIdentity, vm: ObservedVm): Step {
	const {vmid, node, lock, config = {}} = vm;
	if (isConfigured(runner, vm)) {
		throw new Fault(
			'refused',
			`Unable to remove VM ${vmid}: somebody has protected it. To let it go, run: qm set ${vmid} --protection 0`,
			{facts: {kind: 'protected', vmid, node}},
		);
	}
	if (lock !== undefined) return {do: 'wait', why: `VM ${vmid} is locked (${lock})`};
	const {digest} = config;
	return {
		do: 'configure',
		vmid,
		node,
		set: {protection: 0},
		remove: [],
		...(digest === undefined ? {} : {digest}),
	};
}

// One call writes tags, seed and `onboot: 0`; an eviction leaves an empty drive where the seed was.
function isConfigured({controller, name}: RunnerIdentity, {tags, config = {}}: ObservedVm): boolean {
	const prefix = seedPrefix(controller, name);
	const discs = drivesOf(config).filter(({cdrom}) => cdrom);
	if (readTags(tags)?.runner === name) return true;
	if (discs.some(({volumeId}) => fileOf(volumeId).startsWith(prefix))) return true;
	return config.onboot === '0' && discs.some(({volumeId}) => volumeId === 'none');
}
