import {createHash} from 'node:crypto';
import {trialController} from '../command/trial.ts';
import type {Config} from '../config/config.ts';
import {resolveFlavor} from '../config/flavor.ts';
import {resolveImage} from '../config/image.ts';
import {badRequest} from '../fault.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {hostNameOf, instanceIdOf, seedFileName} from '../runner/names.ts';
import {seedImage} from '../seed/image.ts';
import {renderTrialSeed} from '../seed/trial.ts';
import {desiredClone} from './desired-runner.ts';
import {desiredNetwork} from './pool-choice.ts';

/** A runner of an image and a flavor that nobody waits for: no GARM, no token, no secret in its seed. */
export function trialRunner(
	config: Config,
	{image, flavor, name, created}: Pick<DesiredRunner, 'image' | 'flavor' | 'name' | 'created'>,
): DesiredRunner {
	const machine = resolveFlavor(config, flavor);
	if (typeof machine === 'string') throw badRequest('The trial', [machine]);
	const {template, os = 'linux', arch = 'amd64', seedFormat} = resolveImage(config, image);
	const network = desiredNetwork(config);
	const format = seedFormat ?? (os === 'windows' ? 'config-drive' : 'nocloud');
	const guest = {instanceId: instanceIdOf(trialController, name), hostName: hostNameOf(name, os), format, os};
	const seed = seedImage(renderTrialSeed(guest));
	return {
		...{controller: trialController, name, pool: 'doctor', created},
		...{image, flavor, os, arch, template, machine},
		vmidRange: config.vmidRange,
		clone: desiredClone(config),
		...(network === undefined ? {} : {network}),
		...(config.pool === undefined ? {} : {resourcePool: config.pool}),
		...(config.nodes === undefined ? {} : {nodes: config.nodes}),
		tags: config.tags,
		seed: {
			storage: config.storage.seed,
			fileName: seedFileName(trialController, name, createHash('sha256').update(seed).digest('hex')),
			image: seed,
		},
	};
}
