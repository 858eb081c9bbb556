import {isFault} from '../fault.ts';
import type {Logger} from '../log/logger.ts';
import type {Inventory, ObservedSeed} from '../runner/observed.ts';
import type {Cluster} from './ports.ts';

/** The seeds on `storage` whose file names begin with `prefix`, on every node that can be asked. */
export async function findSeeds(
	cluster: Cluster,
	inventory: Inventory,
	storage: string,
	prefix: string,
	logger: Logger,
): Promise<readonly ObservedSeed[]> {
	const {nodes, shared} = holdersOf(storage, inventory);
	const lists = await Promise.all(
		nodes.map((node) =>
			cluster.seedVolumes(node, storage, prefix).catch((error: unknown) => {
				// A seed that stays on such a node harms nobody and is found by the clean-up.
				if (shared || !isFault(error, 'unreachable')) throw error;
				logger.warn('a node could not be asked for seeds', {node, storage, why: error.message});
				return [];
			}),
		),
	);
	return lists.flat();
}

function holdersOf(storage: string, inventory: Inventory): {nodes: readonly string[]; shared: boolean} {
	const online = inventory.nodes.flatMap(({node, online}) => (online ? [node] : []));
	const rows = inventory.storages.filter((row) => row.storage === storage);
	// Without Datastore.Audit there is no row; then every node is asked, and answers for itself.
	if (rows.length === 0) return {nodes: online, shared: false};
	const holders = rows.filter(({node, active}) => active && online.includes(node)).map(({node}) => node);
	const shared = rows.some((row) => row.shared);
	return {nodes: shared ? holders.slice(0, 1) : holders, shared};
}
