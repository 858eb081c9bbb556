import type {ReasonCollector} from '../collect.ts';
import type {Cluster} from '../command/ports.ts';
import {resolveTemplates} from '../command/resolve-template.ts';
import type {Config} from '../config/config.ts';
import {isFault} from '../fault.ts';
import {type PoolChoice, resolveChoice} from './pool-choice.ts';

/**
 * Notes everything that is wrong with a pool's choice, in the config and on the cluster. The cluster's own trouble is
 * thrown only where there is nothing to tell about the pool.
 */
export async function checkPool(
	choice: PoolChoice,
	config: Config,
	cluster: Cluster,
	problems: ReasonCollector,
): Promise<void> {
	const {image, machine = {}} = resolveChoice(choice, config, problems);
	if (image === undefined || choice.image === undefined) return;
	const wanted = {image: choice.image, template: image.template, machine};
	try {
		await problems.attemptLater(
			async () => resolveTemplates(wanted, await cluster.inventory(), cluster),
			`image ${JSON.stringify(wanted.image)}`,
		);
	} catch (error) {
		if (problems.reasons.length === 0 || !isFault(error)) throw error;
	}
}
