import {collectReasons} from '../collect.ts';
import {createInstance} from '../command/create-instance.ts';
import {readConfig} from '../config/read.ts';
import {badRequest, messageOf} from '../fault.ts';
import {parseBootstrap} from '../garm/bootstrap.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {providerInstance} from '../garm/instance.ts';
import type {Turn} from '../host/turn.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {statusOf} from '../runner/status.ts';
import {checkPool} from './check-pool.ts';
import {type Surroundings, withTools} from './connect.ts';
import {desiredRunner} from './desired-runner.ts';
import type {Io} from './io.ts';
import {type RawBootstrap, readRawBootstrap} from './raw-bootstrap.ts';
import {type Secrets, secretsOf} from './secrets.ts';

/** What a CreateInstance is told in the environment. */
export interface CreateInvocation {
	readonly controllerId: string;
	readonly configFile: string;
	readonly poolId: string;
	readonly poolExtraSpecs?: unknown;
}

/**
 * Makes the runner that standard input asks for, and prints it; prints it as failed, and throws, where that fails. The
 * turn ends as soon as the VM has only to be started.
 */
export async function serveCreate(invocation: CreateInvocation, io: Io, secrets: Secrets, turn?: Turn): Promise<void> {
	const input = (await io.readInput()) ?? '';
	const raw = readRawBootstrap(input);
	secrets.add(...raw.secrets);
	try {
		const runner = await create(invocation, input, raw, {io, secrets}, turn);
		io.writeOut(`${JSON.stringify(runner)}\n`);
	} catch (error) {
		if (raw.name !== undefined) {
			const fault = secrets.hide(messageOf(error));
			const poolId = raw.poolId ?? invocation.poolId;
			const failed = {name: raw.name, addresses: [], status: 'error', poolId, fault} as const;
			io.writeOut(`${JSON.stringify(providerInstance(failed))}\n`);
		}
		throw error;
	}
}

async function create(
	{controllerId, configFile, poolId, poolExtraSpecs}: CreateInvocation,
	input: string,
	raw: RawBootstrap,
	surroundings: Surroundings,
	turn: Turn | undefined,
): Promise<object> {
	const {io, secrets} = surroundings;
	const problems = collectReasons();
	const config = await problems.attemptLater(() => readConfig(configFile), `config ${configFile}`);
	if (config !== undefined) secrets.add(...secretsOf(config));
	const bootstrap = problems.attempt(() => parseBootstrap(input), 'standard input');
	const request = bootstrap && {...bootstrap, poolId: bootstrap.poolId || poolId};
	const wishes = problems.attempt(() => parseExtraSpecs(raw.extraSpecs ?? poolExtraSpecs), 'extra_specs');
	const created = new Date(io.clock.now()).toISOString();
	const order = config && request && wishes && {controller: controllerId, request, wishes, config, created};
	const desired = order && desiredRunner(order, problems);
	if (config === undefined || desired === undefined || problems.reasons.length > 0) {
		// The rest is looked at even where the request has failed already: all mistakes shall be told at once.
		if (config !== undefined) {
			const session = {config, controller: controllerId, budgetMs: config.timeouts.requestMs};
			await withTools(session, surroundings, (tools) => checkPool({...raw, wishes}, config, tools, problems));
		}
		throw badRequest(`The request for runner ${JSON.stringify(raw.name ?? '?')}`, problems.reasons);
	}
	const {createMs, cleanupMs} = config.timeouts;
	await withTools({config, controller: controllerId, budgetMs: createMs}, surroundings, (tools) =>
		createInstance(desired, tools, {cleanupMs, beforeStart: () => turn?.end()}),
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
