import {createHash} from 'node:crypto';
import type {ReasonCollector} from '../collect.ts';
import type {Config, Image} from '../config/config.ts';
import type {RunnerRequest} from '../garm/bootstrap.ts';
import type {RunnerWishes} from '../garm/extra-specs.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {hostNameOf, seedFileName} from '../runner/names.ts';
import {seedImage} from '../seed/image.ts';
import {renderSeed} from '../seed/render.ts';
import type {SeedInput} from '../seed/view.ts';
import {resolveChoice} from './pool-choice.ts';

/** What a create is made from. */
export interface CreateOrder {
	readonly controller: string;
	readonly request: RunnerRequest;
	readonly wishes: RunnerWishes;
	readonly config: Config;
	/** ISO 8601, UTC. */
	readonly created: string;
}

/** The runner that GARM's request, the pool's wishes and the config ask for together; undefined, with the reasons noted, where they cannot be met. */
export function desiredRunner(order: CreateOrder, problems: ReasonCollector): DesiredRunner | undefined {
	const {controller, request, wishes, config, created} = order;
	const {image, machine, network} = resolveChoice({...request, wishes}, config, problems);
	const seed = image && problems.attempt(() => seedImage(renderSeed(seedInput(order, image))));
	if (image === undefined || machine === undefined || seed === undefined) return undefined;
	const nodes = wishes.nodes ?? config.nodes;
	return {
		controller,
		name: request.name,
		pool: request.poolId,
		vmidRange: config.vmidRange,
		created,
		image: request.image,
		flavor: request.flavor,
		os: request.os,
		arch: request.arch,
		...(image.osName === undefined ? {} : {osName: image.osName}),
		...(image.osVersion === undefined ? {} : {osVersion: image.osVersion}),
		template: image.template,
		machine,
		...(network === undefined ? {} : {network}),
		clone: desiredClone(config, wishes),
		...(config.pool === undefined ? {} : {resourcePool: config.pool}),
		...(nodes === undefined ? {} : {nodes}),
		tags: config.tags,
		seed: {
			storage: config.storage.seed,
			fileName: seedFileName(controller, request.name, createHash('sha256').update(seed).digest('hex')),
			image: seed,
		},
	};
}

/** The way of cloning that config and pool ask for together. */
export function desiredClone({clone, storage}: Config, wishes?: RunnerWishes): DesiredRunner['clone'] {
	const fullClone = wishes?.fullClone;
	const mode = fullClone === undefined ? clone.mode : fullClone ? 'full' : 'linked';
	return {
		mode,
		...(storage.disks === undefined ? {} : {storage: storage.disks}),
		...(clone.format === undefined ? {} : {format: clone.format}),
	};
}

function seedInput({controller, request, wishes}: CreateOrder, image: Image): SeedInput {
	return {
		runnerName: request.name,
		hostName: hostNameOf(request.name, request.os),
		instanceId: `${controller}/${request.name}`,
		os: request.os,
		arch: request.arch,
		tool: request.tool,
		repoUrl: request.repoUrl,
		callbackUrl: request.callbackUrl,
		metadataUrl: request.metadataUrl,
		instanceToken: request.instanceToken,
		sshKeys: request.sshKeys,
		runnerGroup: request.runnerGroup,
		caBundlePem: request.caBundlePem,
		labels: request.labels,
		jit: request.jit,
		updatesOnBoot: !wishes.disableUpdates,
		extraPackages: wishes.extraPackages,
		bootDebug: wishes.enableBootDebug,
		installTemplate: wishes.installTemplate,
		preInstallScripts: wishes.preInstallScripts,
		extraContext: wishes.extraContext,
		proxy: request.proxy,
		format: image.seedFormat ?? (request.os === 'windows' ? 'config-drive' : 'nocloud'),
	};
}
