import {createInstance} from '../command/create-instance.ts';
import {checkImage} from '../command/resolve-template.ts';
import type {Config} from '../config/config.ts';
import {resolveImage} from '../config/image.ts';
import {readConfig} from '../config/read.ts';
import {badRequest, isFault, messageOf} from '../fault.ts';
import {parseBootstrap} from '../garm/bootstrap.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {providerInstance} from '../garm/instance.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {statusOf} from '../runner/status.ts';
import {collectReasons, type ReasonCollector} from './collect.ts';
import {withTools} from './connect.ts';
import {desiredRunner} from './desired-runner.ts';
import type {Io} from './io.ts';
import {type RawBootstrap, readRawBootstrap} from './raw-bootstrap.ts';
import type {Secrets} from './secrets.ts';

/** What a CreateInstance is told in the environment. */
export interface CreateInvocation {
	readonly controllerId: string;
	readonly configFile: string;
	readonly poolExtraSpecs?: unknown;
}

/** Makes the runner that standard input asks for, and prints it; prints it as failed, and throws, where that fails. */
export async function serveCreate(invocation: CreateInvocation, io: Io, secrets: Secrets): Promise<void> {
	const input = await io.readInput();
	const raw = readRawBootstrap(input);
	secrets.add(...raw.secrets);
	try {
		const runner = await create(invocation, input, raw, io, secrets);
		io.writeOut(`${JSON.stringify(runner)}\n`);
	} catch (error) {
		if (raw.name !== undefined) {
			const fault = secrets.hide(messageOf(error));
			const failed = {name: raw.name, addresses: [], status: 'error', poolId: raw.poolId ?? '', fault} as const;
			io.writeOut(`${JSON.stringify(providerInstance(failed))}\n`);
		}
		throw error;
	}
}

async function create(
	{controllerId, configFile, poolExtraSpecs}: CreateInvocation,
	input: string,
	raw: RawBootstrap,
	io: Io,
	secrets: Secrets,
): Promise<object> {
	const problems = collectReasons();
	const config = await problems.attemptLater(() => readConfig(configFile));
	if (config !== undefined) secrets.add(config.token.secret);
	const request = problems.attempt(() => parseBootstrap(input));
	const wishes = problems.attempt(() => parseExtraSpecs(raw.extraSpecs ?? poolExtraSpecs));
	const created = new Date(io.clock.now()).toISOString();
	const order = config && request && wishes && {controller: controllerId, request, wishes, config, created};
	const desired = order && desiredRunner(order, problems);
	if (config === undefined || desired === undefined || problems.reasons.length > 0) {
		if (config !== undefined) await addImageReasons(config, controllerId, raw, problems, {io, secrets});
		throw badRequest(`The request for runner ${JSON.stringify(raw.name ?? '?')}`, problems.reasons);
	}
	const {createMs, cleanupMs} = config.timeouts;
	await withTools({config, controller: controllerId, budgetMs: createMs}, {io, secrets}, (tools) =>
		createInstance(desired, tools, cleanupMs),
	);
	return describeRunner(desired);
}

function describeRunner({name, os, arch, osName, osVersion, pool}: DesiredRunner): object {
	return providerInstance({
		name,
		os,
		arch,
		...(osName === undefined ? {} : {osName}),
		...(osVersion === undefined ? {} : {osVersion}),
		addresses: [],
		status: statusOf('running'),
		poolId: pool,
	});
}

/** The image is looked up even where the request has failed already: the operator shall hear of all mistakes at once. */
async function addImageReasons(
	config: Config,
	controller: string,
	{image}: RawBootstrap,
	problems: ReasonCollector,
	world: {readonly io: Io; readonly secrets: Secrets},
): Promise<void> {
	if (image === undefined) return;
	const {template} = resolveImage(config, image);
	try {
		await problems.attemptLater(() =>
			withTools({config, controller, budgetMs: config.timeouts.requestMs}, world, (tools) =>
				checkImage({image, template, machine: {}}, tools),
			),
		);
	} catch (error) {
		// The cluster's own trouble is another matter than what is wrong with the request.
		if (!isFault(error)) throw error;
	}
}
