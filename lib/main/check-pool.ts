import type {ReasonCollector} from '../collect.ts';
import {checkImage} from '../command/resolve-template.ts';
import type {CommandTools} from '../command/tools.ts';
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
	tools: CommandTools,
	problems: ReasonCollector,
): Promise<void> {
	const {image, machine = {}} = resolveChoice(choice, config, problems);
	if (image === undefined || choice.image === undefined) return;
	const wanted = {image: choice.image, template: image.template, machine};
	try {
		await problems.attemptLater(() => checkImage(wanted, tools), `image ${JSON.stringify(wanted.image)}`);
	} catch (error) {
		if (problems.reasons.length === 0 || !isFault(error)) throw error;
	}
}
