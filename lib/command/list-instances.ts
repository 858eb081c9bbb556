import type {ObservedVm} from '../runner/observed.ts';
import type {VmidRange} from '../runner/vmid.ts';
import {shownAs} from '../runner/whose.ts';
import type {Cluster} from './ports.ts';
import {askAddresses, hasAgent, type Sighting} from './sighting.ts';
import {refuseUnsure, surveyController} from './survey.ts';
import type {CommandTools} from './tools.ts';

/** One pool of one controller. */
export interface PoolScope {
	readonly controller: string;
	readonly pool: string;
	readonly vmidRange: VmidRange;
}

/** Every runner of a pool, by name: complete, or a fault, since GARM deletes what a list leaves out. */
export async function listInstances(
	{controller, pool, vmidRange}: PoolScope,
	tools: CommandTools,
): Promise<readonly Sighting[]> {
	const survey = await surveyController(controller, vmidRange, 'in-range', tools);
	refuseUnsure(survey);
	const own = survey.vms.filter((vm) => shownAs(vm).pool === pool);
	const addresses = await askAll(tools.cluster, own);
	return own
		.map((vm) => ({
			...shownAs(vm),
			power: vm.power,
			addresses: addresses.get(vm.vmid) ?? [],
			...(vm.mark === undefined ? {} : {mark: vm.mark}),
		}))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Asks the agents node by node, and no further on a node where one stays silent: each silence costs PVE a worker. */
async function askAll(cluster: Cluster, vms: readonly ObservedVm[]): Promise<ReadonlyMap<number, readonly string[]>> {
	const known = new Map<number, readonly string[]>();
	const nodes = [...new Set(vms.map(({node}) => node))];
	await Promise.all(
		nodes.map(async (node) => {
			for (const vm of vms.filter(
				(each) => each.node === node && each.power === 'running' && hasAgent(each.config?.agent),
			)) {
				const addresses = await askAddresses(cluster, vm);
				if (addresses === undefined) return;
				known.set(vm.vmid, addresses);
			}
		}),
	);
	return known;
}
