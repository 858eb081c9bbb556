import {isFault} from '../fault.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import type {Inventory, ObservedTemplate} from '../runner/observed.ts';
import {placeRunner} from '../runner/placement.ts';
import type {LookTools} from './look.ts';

/**
 * The inventory, in which the node that the runner would be cloned to has just answered. A node can be on line while its
 * API is dead: a clone onto it ends well, and then nobody reaches the VM. The template's own node answers for itself
 * when it clones. Throws `unreachable` where no other node will do.
 */
export async function passSilentNodes(
	desired: DesiredRunner,
	templates: readonly ObservedTemplate[],
	inventory: Inventory,
	{cluster, logger}: LookTools,
): Promise<Inventory> {
	let passed = inventory;
	let silence: unknown;
	for (;;) {
		const place = placeRunner(desired, templates, passed);
		if ('reasons' in place) {
			if (silence !== undefined) throw silence;
			return passed;
		}
		const {node, template} = place;
		if (node === template.node) return passed;
		try {
			await cluster.nodeVms(node);
			return passed;
		} catch (error) {
			if (!isFault(error, 'unreachable')) throw error;
			logger.warn('a node does not answer, and is passed by', {node, why: error.message});
			silence = error;
			passed = {
				...passed,
				nodes: passed.nodes.map((each) => (each.node === node ? {...each, silent: true} : each)),
			};
		}
	}
}
