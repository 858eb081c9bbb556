import {Fault} from '../fault.ts';
import type {RunnerIdentity} from './desired.ts';
import {readTags} from './mark.ts';
import type {Observed, ObservedVm} from './observed.ts';
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

/** The fault of a clone whose worker died: PVE lets only root lift its lock. */
export function deadCloneFault({vmid, node, lock}: ObservedVm): Fault {
	return new Fault(
		'refused',
		`VM ${vmid} on node ${node} is a half-made clone: its worker died, and only root may lift its lock (${lock}). On node ${node} run: qm unlock ${vmid} && qm destroy ${vmid} --destroy-unreferenced-disks 1`,
		{facts: {kind: 'needs-root', vmid, node}},
	);
}
