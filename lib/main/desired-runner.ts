import {createHash} from 'node:crypto';
import type {ReasonCollector} from '../collect.ts';
import type {Config, Image} from '../config/config.ts';
import {resolveImage} from '../config/image.ts';
import type {RunnerRequest} from '../garm/bootstrap.ts';
import type {RunnerWishes} from '../garm/extra-specs.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {hostNameOf, instanceIdOf, seedFileName} from '../runner/names.ts';
import {seedImage} from '../seed/image.ts';
import {renderSeed, type SeedFiles} from '../seed/render.ts';
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
	const rendered = runnerSeed(order, problems);
	if (image === undefined || machine === undefined || rendered === undefined) return undefined;
	const seed = seedImage(rendered.files);
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
			fileName: seedNameOf(order, seed),
			image: seed,
		},
	};
}

/** A runner's seed, and what it is made from. */
export interface RunnerSeed {
	readonly input: SeedInput;
	readonly files: SeedFiles;
}

/** The seed of the runner that an order asks for; undefined, with the reasons noted, where there can be none. `cover` may change what it is made from. */
export function runnerSeed(
	order: CreateOrder,
	problems: ReasonCollector,
	cover = (input: SeedInput): SeedInput => input,
): RunnerSeed | undefined {
	const input = cover(seedInput(order, resolveImage(order.config, order.request.image)));
	const files = problems.attempt(() => renderSeed(input));
	return files && {input, files};
}

/** The file name of a seed's image on the cluster. */
export function seedNameOf({controller, request}: CreateOrder, image: Uint8Array): string {
	return seedFileName(controller, request.name, createHash('sha256').update(image).digest('hex'));
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
		instanceId: instanceIdOf(controller, request.name),
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
