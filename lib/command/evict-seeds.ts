import {messageOf} from '../fault.ts';
import {type DueEviction, dueEvictions, ejection, longRunningVms} from '../runner/eviction.ts';
import {controllerSeedPrefix} from '../runner/names.ts';
import type {Inventory} from '../runner/observed.ts';
import {findSeeds} from './find-seeds.ts';
import type {Cluster} from './ports.ts';
import type {CommandTools} from './tools.ts';

/** Whose seeds do not stay, and how long a VM runs before its seed goes. */
export interface EvictionScope {
	readonly controller: string;
	readonly seedStorage: string;
	readonly afterSeconds: number;
}

// The next call takes the next ones: none shall be kept busy with this.
const mostPerCall = 3;

/**
 * Ejects and removes a few seeds of VMs that have booted long ago. What fails is left for a later call: a seed that
 * stays harms no runner, and a missing privilege is the doctor's to tell.
 */
export async function evictSeeds(
	{controller, seedStorage, afterSeconds}: EvictionScope,
	inventory: Inventory,
	{cluster, logger, random}: Pick<CommandTools, 'cluster' | 'logger' | 'random'>,
): Promise<void> {
	const forLater = (error: unknown) => logger.debug('a seed stays for now', {why: messageOf(error)});
	const vms = longRunningVms(controller, afterSeconds, inventory.vms);
	if (vms.length === 0) return;
	const prefix = controllerSeedPrefix(controller);
	const seeds = await findSeeds(cluster, inventory, seedStorage, prefix, logger).catch(forLater);
	const due = dueEvictions(controller, vms, seeds ?? []);
	// Seeds that cannot be removed shall not stand before the others in every call.
	const first = Math.floor(random() * due.length);
	for (const each of [...due.slice(first), ...due.slice(0, first)].slice(0, mostPerCall)) {
		await evict(controller, each, cluster).catch(forLater);
	}
}

async function evict(controller: string, due: DueEviction, cluster: Cluster): Promise<void> {
	const {node, vmid} = due.vm;
	const step = ejection(controller, due, await cluster.vmConfig(node, vmid));
	if (step === undefined) return;
	if (Object.keys(step.set).length > 0) await cluster.configure(step);
	for (const seed of due.seeds) await cluster.removeSeed(seed.node, seed.volumeId);
}

/** The same cluster; its first list of VMs also begins `work`, which nobody waits for. */
export function withRider(cluster: Cluster, work: (inventory: Inventory) => Promise<void>): Cluster {
	let begun = false;
	return {
		...cluster,
		async inventory() {
			const inventory = await cluster.inventory();
			if (!begun) void work(inventory);
			begun = true;
			return inventory;
		},
	};
}
