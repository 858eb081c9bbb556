import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import {readTags} from './mark.ts';
import type {DeadWork, Observed, ObservedVm} from './observed.ts';
import {slotsOf, type VmidRange} from './vmid.ts';

/** The VMs whose notes prove that they are this runner, the running ones first. */
export function ownVms({controller, name}: RunnerIdentity, {vms}: Pick<Observed, 'vms'>): readonly ObservedVm[] {
	return vms
		.filter(({mark, template}) => !template && mark?.controller === controller && mark.runner === name)
		.sort((a, b) => Number(b.power === 'running') - Number(a.power === 'running') || a.vmid - b.vmid);
}

/** The runner and the pool that a VM is shown under: what its mark says, or its tags where it has none. */
export function shownAs({mark, tags}: ObservedVm): {readonly name: string; readonly pool: string} {
	const tagged = readTags(tags);
	return {name: mark?.runner ?? tagged?.runner ?? '', pool: mark?.pool ?? tagged?.pool ?? ''};
}

/**
 * Whether a VM has lost its mark: it lives at a VMID of the runner that its tags name, but its notes prove nothing. It
 * is shown, so that GARM does not forget a runner that works, and never removed.
 */
export function hasLostMark({vmid, tags, mark, config, template}: ObservedVm, range: VmidRange): boolean {
	const tagged = readTags(tags);
	if (mark !== undefined || config === undefined || template || tagged?.runner === undefined) return false;
	return slotsOf(tagged.controller, tagged.runner, range).includes(vmid);
}

/** The fault of a VM that has lost its mark. */
export function lostMarkFault({vmid, node, tags}: ObservedVm): Fault {
	return new Fault(
		'refused',
		`VM ${vmid} on node ${node} is tagged as runner ${readTags(tags)?.runner}, but its notes have lost the mark that proves it, so nothing removes it. If it is a runner, run on node ${node}: qm stop ${vmid} && qm destroy ${vmid}`,
		{facts: {kind: 'lost-mark', vmid, node}},
	);
}

/** VMs in the runner's slots that are being made and have no notes yet: each may be this runner's. */
export function halfMadeVms(slots: readonly number[], {vms}: Pick<Observed, 'vms'>): readonly ObservedVm[] {
	return vms.filter(
		({vmid, mark, lock, template}) =>
			slots.includes(vmid) && !template && mark === undefined && (lock === 'clone' || lock === 'create'),
	);
}

/** A VM that may be this runner's on a node that nobody can reach: its tags, which all nodes can read, name no other. */
export function unreachableVm(
	{controller, name}: RunnerIdentity,
	{vms}: Pick<Observed, 'vms'>,
): ObservedVm | undefined {
	return vms.find(({config, tags}) => {
		const tagged = readTags(tags);
		const isOther = tagged?.runner !== undefined && (tagged.controller !== controller || tagged.runner !== name);
		return config === undefined && !isOther;
	});
}

/** Throws where a VM that may be this runner's is on a node that nobody can reach. */
export function refuseUnreachable(runner: RunnerIdentity, seen: Pick<Observed, 'vms'>): void {
	const lost = unreachableVm(runner, seen);
	if (lost === undefined) return;
	const {name} = runner;
	const sure = readTags(lost.tags)?.runner === name;
	throw new Fault(
		'unreachable',
		`VM ${lost.vmid} ${sure ? 'is' : 'may be'} runner ${name}, but its node ${lost.node} is off line. Bring the node back, or remove it from the cluster.`,
		{facts: {vmid: lost.vmid, node: lost.node}},
	);
}

/** A VMID of the runner at which a clone of ours may be at work at this moment. */
export function unbornVmid(slots: readonly number[], seen: Omit<Observed, 'inventory'>): number | undefined {
	const isBeingCloned = (vmid: number) => seen.cloning.some((active) => active === undefined || active === vmid);
	const halfMade = halfMadeVms(slots, seen).find(({vmid}) => isBeingCloned(vmid));
	return halfMade?.vmid ?? seen.hidden.find(({vmid}) => isBeingCloned(vmid))?.vmid;
}

function namelessFault(node: string): Fault {
	return new Fault(
		'refused',
		`A clone on node ${node} died before its log named its VM, which may be there. If \`grep -l "^lock: clone" /etc/pve/qemu-server/*.conf\` on node ${node} shows VMID.conf, and no clone is at work, run there: qm unlock VMID && qm destroy VMID --destroy-unreferenced-disks 1`,
		{facts: {kind: 'needs-root', node}},
	);
}

/** Whether a VM is a clone that nobody makes any more. */
export function isDeadClone({vmid, lock}: ObservedVm, {cloning}: Pick<Observed, 'cloning'>): boolean {
	return lock === 'clone' && !cloning.some((active) => active === undefined || active === vmid);
}

/** VMs in the runner's slots of which a destroy has left nothing but its lock. */
export function zombiesIn(slots: readonly number[], {vms}: Pick<Observed, 'vms'>): readonly ObservedVm[] {
	return vms.filter(({lock, mark, vmid}) => lock === 'destroyed' && mark === undefined && slots.includes(vmid));
}

/** What a dead worker of ours has left in the runner's slots; it stays until root removes it. */
export function remainsOf(
	runner: RunnerIdentity,
	slots: readonly number[],
	seen: Omit<Observed, 'inventory'>,
): DeadWork | undefined {
	const ownOrNobodys = [...ownVms(runner, seen), ...halfMadeVms(slots, seen)];
	const clone = ownOrNobodys.find((vm) => isDeadClone(vm, seen));
	if (clone !== undefined) return {what: 'clone', node: clone.node, vmid: clone.vmid};
	const vmids = [...zombiesIn(slots, seen), ...seen.hidden].map(({vmid}) => vmid);
	for (const vmid of vmids) {
		const work = seen.dead.find((each) => each.vmid === vmid || (each.what === 'clone' && each.vmid === undefined));
		if (work !== undefined) return {...work, vmid};
	}
	return undefined;
}

/** The fault of a VM whose worker did not finish: PVE lets only root lift its lock. */
export function deadWorkFault({what, vmid, node}: DeadWork): Fault {
	if (vmid === undefined) return namelessFault(node);
	const [state, lock, option] =
		what === 'clone'
			? ['a half-made clone', 'clone', ' --destroy-unreferenced-disks 1']
			: ['half destroyed', 'destroyed', ''];
	return new Fault(
		'refused',
		`VM ${vmid} on node ${node} is ${state}: its worker could not finish, and only root may lift the lock. If \`qm config ${vmid}\` shows \`lock: ${lock}\`, run on node ${node}: qm unlock ${vmid} && qm destroy ${vmid}${option}`,
		{facts: {kind: 'needs-root', vmid, node}},
	);
}
