import {Fault} from '../fault.ts';
import {readTags} from '../runner/mark.ts';
import type {Inventory, ObservedVm, VmRow} from '../runner/observed.ts';
import type {VmidRange} from '../runner/vmid.ts';
import {hasLostMark} from '../runner/whose.ts';
import {type LookTools, onlineNodes, readVm, withLiveVms} from './look.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster} from './ports.ts';

/** Everything one controller owns in the cluster. */
export interface Survey {
	readonly inventory: Inventory;
	/** VMs whose notes prove them, VMs that have lost their mark, and VMs on nodes off line whose tags name them. */
	readonly vms: readonly ObservedVm[];
	/** VMs in the range on nodes off line, whose tags say nothing: nobody can say whether they are runners. */
	readonly unsure: readonly ObservedVm[];
}

/**
 * Looks at the whole cluster for the VMs of `controller`: those with its tags, and those without any of our tags whose
 * notes name it. VMs without tags are read only within `range`, or everywhere for `untagged` "everywhere". Complete, or
 * a fault.
 */
export async function surveyController(
	controller: string,
	range: VmidRange,
	untagged: 'in-range' | 'everywhere',
	{cluster, clock}: LookTools,
): Promise<Survey> {
	const read = rememberingReader(cluster);
	return readOrElsewhere(async () => {
		const [listed] = await Promise.all([cluster.inventory(), cluster.proveSight()]);
		// Not even a template: a cluster that has just begun to know its VMs, or a token that may see none.
		const inventory = listed.vms.length === 0 ? await withLiveVms(listed, cluster) : listed;
		const candidates = inventory.vms.filter((row) =>
			mayBelong(row, controller, untagged === 'in-range' ? range : everyVmid),
		);
		const vms = await read(candidates, inventory);
		const live = await livePowers(vms, controller, inventory, cluster);
		return {
			inventory,
			vms: vms
				.filter((vm) => belongs(vm, controller, range))
				.map((vm) => ({...vm, power: vm.config === undefined ? 'unknown' : (live.get(vm.vmid) ?? vm.power)})),
			unsure: vms.filter((vm) => vm.config === undefined && isWithin(vm, range) && !isTaggedRunner(vm)),
		};
	}, clock);
}

/**
 * Reads VMs, and each of them once only: where many come and go, every list has one that is gone when it is read, and a
 * survey that began from nothing each time would never end.
 */
export function rememberingReader(
	cluster: Cluster,
): (rows: readonly VmRow[], inventory: Inventory) => Promise<readonly ObservedVm[]> {
	const known = new Map<string, ObservedVm>();
	return async (rows, inventory) => {
		const outcomes = await Promise.allSettled(
			rows.map(async (row) => {
				const place = `${row.vmid} ${row.node}`;
				const vm = known.get(place) ?? (await readVm(cluster, row, inventory));
				known.set(place, vm);
				return vm;
			}),
		);
		return outcomes.map((outcome) => {
			if (outcome.status === 'rejected') throw outcome.reason;
			return outcome.value;
		});
	};
}

/** Throws where a VM may be a runner and nobody can tell. */
export function refuseUnsure({unsure}: Survey): void {
	const [vm] = unsure;
	if (vm === undefined) return;
	const {vmid, node} = vm;
	throw new Fault(
		'unreachable',
		`Nobody can tell whether VM ${vmid} is a runner: its node ${node} is off line, and its tags do not say. Bring the node back, or remove it from the cluster.`,
		{facts: {vmid, node}},
	);
}

const everyVmid: VmidRange = {first: 0, last: Number.POSITIVE_INFINITY};

/** Whether a VM lives in the range. */
export function isWithin({vmid}: Pick<VmRow, 'vmid'>, {first, last}: VmidRange): boolean {
	return vmid >= first && vmid <= last;
}

function mayBelong(row: VmRow, controller: string, range: VmidRange): boolean {
	const tagged = readTags(row.tags);
	return tagged === undefined ? !row.template && isWithin(row, range) : tagged.controller === controller;
}

function belongs(vm: ObservedVm, controller: string, range: VmidRange): boolean {
	if (vm.config === undefined) return isTaggedRunner(vm);
	return (!vm.template && vm.mark?.controller === controller) || hasLostMark(vm, range);
}

function isTaggedRunner({tags}: VmRow): boolean {
	return readTags(tags)?.runner !== undefined;
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
