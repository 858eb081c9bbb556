import type {Config} from '../config/config.ts';
import {resolveFlavor} from '../config/flavor.ts';
import {resolveImage} from '../config/image.ts';
import type {Ask, AskedFlavor, AskedImage} from '../doctor/ask.ts';
import {badRequest} from '../fault.ts';
import type {RunnerWishes} from '../garm/extra-specs.ts';
import {desiredClone} from './desired-runner.ts';
import {desiredNetwork, type PoolChoice} from './pool-choice.ts';

/** What shall work on the cluster. Throws `bad-request` for a flavor that nobody knows. */
export function askFor(config: Config, {image, flavor, wishes}: PoolChoice = {}): Ask {
	const network = desiredNetwork(config, wishes);
	const nodes = wishes?.nodes ?? config.nodes;
	const images = image === undefined ? Object.keys(config.images) : [image];
	const flavors = flavor === undefined ? Object.keys(config.flavors) : [flavor];
	return {
		tokenId: config.token.id,
		...(config.pool === undefined ? {} : {pool: config.pool}),
		...(nodes === undefined ? {} : {nodes}),
		vmidRange: config.vmidRange,
		tags: config.tags,
		seedStorage: config.storage.seed,
		clone: desiredClone(config, wishes),
		...(network === undefined ? {} : {network}),
		images: images.map((name) => askedImage(config, name)),
		flavors: flavors.map((name) => askedFlavor(config, name, wishes)),
	};
}

function askedImage(config: Config, name: string): AskedImage {
	const {template, os} = resolveImage(config, name);
	return {name, template, ...(os === undefined ? {} : {os})};
}

function askedFlavor(config: Config, name: string, wishes: RunnerWishes | undefined): AskedFlavor {
	const flavor = resolveFlavor(config, name);
	if (typeof flavor === 'string') throw badRequest('The pool', [flavor]);
	return {name, machine: {...flavor, ...wishes?.machine}};
}
