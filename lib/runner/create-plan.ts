import {Fault} from '../fault.ts';
import type {DesiredRunner} from './desired.ts';
import {bootDiskOf, drivesOf, fileOf} from './drive.ts';
import {writeNotes} from './mark.ts';
import {seedPrefix, vmNameOf} from './names.ts';
import type {Observed, ObservedSeed, ObservedTemplate, ObservedVm} from './observed.ts';
import {type Placement, placeRunner} from './placement.ts';
import {changesPower} from './power-plan.ts';
import {configChange} from './same.ts';
import type {CloneStep, Step} from './step.ts';
import {slotsOf} from './vmid.ts';
import {isDeadClone, ownVms, refuseUnreachable, unbornVmid} from './whose.ts';

/** The next steps towards a started runner; those in one answer do not depend on one another. None: it runs. */
export function nextCreateSteps(desired: DesiredRunner, seen: Observed): readonly Step[] {
	refuseUnreachable(desired, seen);
	const [vm, ...surplus] = ownVms(desired, seen).filter((each) => !isDeadClone(each, seen));
	if (vm === undefined) return birth(desired, seen);
	if (surplus.length > 0) return surplus.map(removal);
	if (vm.mark?.pool !== desired.pool) throw otherPool(desired, vm);
	const wait = waitFor(vm);
	if (wait !== undefined) return [wait];
	if (hasOtherSeed(desired, vm) || seen.brokenVmids.includes(vm.vmid)) return [removal(vm)];
	switch (vm.power) {
		case 'running':
			return [];
		case 'stopped':
			return growth(desired, vm, seen);
		case 'paused':
			return [{do: 'resume', vmid: vm.vmid, node: vm.node}];
		case 'unknown':
			return [{do: 'wait', why: `nobody can tell yet whether VM ${vm.vmid} runs`}];
		case 'failed':
			throw new Fault('task-failed', `VM ${vm.vmid} of runner ${desired.name} has crashed. Look at its console.`);
	}
}

function birth(desired: DesiredRunner, seen: Observed): readonly Step[] {
	const slots = slotsOf(desired.controller, desired.name, desired.vmidRange);
	const unborn = unbornVmid(slots, seen);
	if (unborn !== undefined) return [{do: 'wait', why: `a clone at VMID ${unborn} may be this runner`}];
	const own = ownVms(desired, seen);
	const namesake = seen.vms.find((vm) => vm.name === vmNameOf(desired.name) && !own.includes(vm));
	if (namesake !== undefined) throw namesakeFault(desired, namesake);

	const taken = [...seen.inventory.vms, ...seen.hidden].map(({vmid}) => vmid);
	const vmid = slots.find((slot) => !taken.includes(slot));
	if (vmid === undefined) {
		throw new Fault(
			'refused',
			`Unable to clone runner ${desired.name}: all of its VMIDs are taken (${slots.join(', ')}). Widen vmid_range, or free VMIDs in it.`,
		);
	}
	const place = placeRunner(desired, seen.templates, seen.inventory);
	if ('reasons' in place) {
		throw new Fault('refused', `Unable to place runner ${desired.name}: ${place.reasons.join('; ')}.`, {
			reasons: place.reasons,
		});
	}
	const clone: CloneStep = {
		do: 'clone',
		templateVmid: place.template.vmid,
		templateNode: place.template.node,
		vmid,
		node: place.node,
		vmName: vmNameOf(desired.name),
		notes: notesFor(desired, vmid),
		...(desired.resourcePool === undefined ? {} : {pool: desired.resourcePool}),
		...cloneKind(desired, seen, place),
	};
	// A seed without a VM tells a delete that a clone may be on its way: so no clone is asked for before it is there.
	const upload = uploads(desired, place.node, seen);
	return upload.length > 0 ? upload : [clone];
}

function cloneKind(
	{clone, name}: DesiredRunner,
	{linkedCloneRefused}: Observed,
	{template}: Placement,
): Pick<CloneStep, 'full' | 'storage' | 'format'> {
	if (clone.mode !== 'full' && !linkedCloneRefused) return {full: false};
	if (clone.mode === 'linked') throw unlinkable(name, template);
	return {
		full: true,
		...(clone.storage === undefined ? {} : {storage: clone.storage}),
		...(clone.format === undefined ? {} : {format: clone.format}),
	};
}

function unlinkable(name: string, {vmid}: ObservedTemplate): Fault {
	return new Fault(
		'refused',
		`Unable to clone runner ${name}: only linked clones are asked for, and the storage of template ${vmid} cannot make them. Ask for full ones, or keep the template on a storage that can.`,
		{facts: {kind: 'linked-clone-unsupported', vmid}},
	);
}

// The VM exists and is stopped: everything that has to be true before its first instruction runs.
function growth(desired: DesiredRunner, vm: ObservedVm, seen: Observed): readonly Step[] {
	const {vmid, node, config = {}} = vm;
	const seed = seedAt(desired, node, seen);
	if (seed === undefined) return uploads(desired, node, seen);
	const change = configChange(desired, config, seed.volumeId, desired.tags && !seen.tagsRefused);
	if (change !== undefined) {
		return [{do: 'configure', vmid, node, ...change, ...(config.digest === undefined ? {} : {digest: config.digest})}];
	}
	const disk = bootDiskOf(config);
	const sizeGiB = desired.machine.diskGiB;
	if (sizeGiB !== undefined && disk !== undefined && (disk.sizeGiB ?? 0) < sizeGiB) {
		return [{do: 'resize', vmid, node, disk: disk.key, sizeGiB}];
	}
	return [{do: 'start', vmid, node}];
}

function uploads(desired: DesiredRunner, node: string, seen: Observed): readonly Step[] {
	if (seedAt(desired, node, seen) !== undefined) return [];
	const {storage, fileName} = desired.seed;
	// The node that is asked takes an upload by itself; for another one's path it copies the file over ssh.
	return [{do: 'upload-seed', node: isShared(storage, seen) ? 'localhost' : node, storage, fileName}];
}

function seedAt({seed}: DesiredRunner, node: string, seen: Observed): ObservedSeed | undefined {
	return seen.seeds.find(
		(each) => each.fileName === seed.fileName && (each.node === node || isShared(seed.storage, seen)),
	);
}

function isShared(storage: string, {inventory}: Observed): boolean {
	return inventory.storages.some((row) => row.storage === storage && row.shared);
}

function notesFor(desired: DesiredRunner, vmid: number): string {
	const {controller, pool, name, created, image, flavor, os, arch, osName, osVersion} = desired;
	return writeNotes({
		controller,
		pool,
		runner: name,
		vmid,
		created,
		image,
		flavor,
		os,
		arch,
		...(osName === undefined ? {} : {osName}),
		...(osVersion === undefined ? {} : {osVersion}),
	});
}

// Two clones of one runner (an earlier attempt chose another slot), one that an earlier seed has set up, or one that
// a destroy has left without its disks.
function removal(vm: ObservedVm): Step {
	const {vmid, node, power} = vm;
	return waitFor(vm) ?? {do: power === 'stopped' ? 'destroy' : 'stop', vmid, node};
}

/** The wait for a lock, or for a task that is about to change what the VM does. */
function waitFor({vmid, lock, tasks = []}: ObservedVm): Step | undefined {
	if (lock !== undefined) return {do: 'wait', why: `VM ${vmid} is locked (${lock})`};
	const task = tasks.find(changesPower);
	return task === undefined ? undefined : {do: 'wait', why: `a task (${task}) is at work on VM ${vmid}`};
}

// cloud-init sets a machine up once: with another seed it would never run what that one says.
function hasOtherSeed({controller, name, seed}: DesiredRunner, {config = {}}: ObservedVm): boolean {
	const files = drivesOf(config).map(({volumeId}) => fileOf(volumeId));
	return files.some((file) => file.startsWith(seedPrefix(controller, name)) && file !== seed.fileName);
}

function otherPool({name, pool}: DesiredRunner, {vmid, mark}: ObservedVm): Fault {
	return new Fault(
		'duplicate',
		`Unable to create runner ${name} for pool ${pool}: VM ${vmid} is that runner already, for pool ${mark?.pool}. Delete it first.`,
	);
}

function namesakeFault({name}: DesiredRunner, {vmid, node, name: vmName}: ObservedVm): Fault {
	return new Fault(
		'duplicate',
		`Unable to create runner ${name}: VM ${vmid} on node ${node} is named ${vmName} and is not ours. Rename or remove that VM.`,
		{facts: {vmid, node}},
	);
}
