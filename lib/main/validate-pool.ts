import {checkImage} from '../command/resolve-template.ts';
import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {resolveFlavor} from '../config/flavor.ts';
import {resolveImage} from '../config/image.ts';
import {badRequest} from '../fault.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {collectReasons} from './collect.ts';
import type {Io} from './io.ts';
import {readRawBootstrap} from './raw-bootstrap.ts';

/**
 * Checks a pool's extra specs, and its image and flavor where standard input names them (a JSON object with `image`,
 * `flavor` and `extra_specs`; GARM itself sends none). Throws `bad-request` with every reason.
 */
export async function validatePool(
	{poolExtraSpecs}: {readonly poolExtraSpecs?: unknown},
	config: Config,
	tools: CommandTools,
	io: Io,
): Promise<void> {
	const {image, flavor, extraSpecs} = readRawBootstrap(await io.readInput());
	const problems = collectReasons();
	const wishes = problems.attempt(() => parseExtraSpecs(extraSpecs ?? poolExtraSpecs));
	const machine = flavor === undefined ? {} : resolveFlavor(config, flavor);
	if (typeof machine === 'string') problems.add(machine);
	if (image !== undefined) {
		const {template} = resolveImage(config, image);
		const wanted = {image, template, machine: typeof machine === 'string' ? {} : {...machine, ...wishes?.machine}};
		await problems.attemptLater(() => checkImage(wanted, tools));
	}
	if (problems.reasons.length > 0) throw badRequest('The pool', problems.reasons);
}
