import {Fault} from '../fault.ts';
import {readTags} from '../runner/mark.ts';
import type {Inventory, ObservedVm, VmRow} from '../runner/observed.ts';
import type {VmidRange} from '../runner/vmid.ts';
import {type LookTools, onlineNodes, readVm} from './look.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster} from './ports.ts';

/** Everything one controller owns in the cluster. */
export interface Survey {
	readonly inventory: Inventory;
	/** VMs whose notes prove them, and VMs on nodes off line whose tags name them. */
	readonly vms: readonly ObservedVm[];
	/** VMs in the range that are locked by a clone and have no notes yet: nobody can say whose they are. */
	readonly halfMade: readonly ObservedVm[];
}

/**
 * Looks at the whole cluster for the VMs of `controller`: those with its tags, and those without any of our tags whose
 * notes name it. VMs without tags are read only within `range`, or everywhere where it is absent. Complete, or a fault.
 */
export async function surveyController(
	controller: string,
	range: VmidRange | undefined,
	{cluster, clock}: LookTools,
): Promise<Survey> {
	return readOrElsewhere(async () => {
		const inventory = await cluster.inventory();
		const candidates = inventory.vms.filter((row) => mayBelong(row, controller, range));
		const vms = await Promise.all(candidates.map((row) => readVm(cluster, row, inventory)));
		const live = await livePowers(vms, controller, inventory, cluster);
		return {
			inventory,
			vms: vms
				.filter((vm) => belongs(vm, controller))
				.map((vm) => ({...vm, power: vm.config === undefined ? 'unknown' : (live.get(vm.vmid) ?? vm.power)})),
			halfMade: vms.filter(({mark, lock}) => mark === undefined && lock === 'clone'),
		};
	}, clock);
}

function mayBelong({vmid, template, tags}: VmRow, controller: string, range: VmidRange | undefined): boolean {
	const tagged = readTags(tags);
	if (tagged !== undefined) return tagged.controller === controller;
	return !template && (range === undefined || (vmid >= range.first && vmid <= range.last));
}

function belongs({vmid, node, tags, config, mark, template}: ObservedVm, controller: string): boolean {
	if (config !== undefined) return !template && mark?.controller === controller;
	if (readTags(tags)?.runner !== undefined) return true;
	throw new Fault(
		'unreachable',
		`Nobody can tell whether VM ${vmid} is a runner: its node ${node} is off line, and its tags do not say. Bring the node back, or remove it from the cluster.`,
		{facts: {vmid, node}},
	);
}

async function livePowers(
	vms: readonly ObservedVm[],
	controller: string,
	inventory: Inventory,
	cluster: Cluster,
): Promise<ReadonlyMap<number, VmRow['power']>> {
	const online = onlineNodes(inventory);
	const own = vms.filter(({mark, node}) => mark?.controller === controller && online.includes(node));
	const nodes = [...new Set(own.map(({node}) => node))];
	const rows = (await Promise.all(nodes.map((node) => cluster.nodeVms(node)))).flat();
	return new Map(rows.map(({vmid, power}) => [vmid, power]));
}
