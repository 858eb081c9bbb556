import {deleteInstance, type RunnerPlace} from '../command/delete-instance.ts';
import {getInstance} from '../command/get-instance.ts';
import {listInstances} from '../command/list-instances.ts';
import {removeAllInstances} from '../command/remove-all-instances.ts';
import {setPower} from '../command/set-power.ts';
import type {Sighting} from '../command/sighting.ts';
import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {readConfig} from '../config/read.ts';
import {providerInstance} from '../garm/instance.ts';
import type {Invocation} from '../garm/invocation.ts';
import type {Turn} from '../host/turn.ts';
import {statusOf} from '../runner/status.ts';
import {withPlainTools, withTools} from './connect.ts';
import type {Io} from './io.ts';
import {type Secrets, secretsOf} from './secrets.ts';
import {serveCreate} from './serve-create.ts';
import {validatePool} from './validate-pool.ts';

/** The invocations that need a config. */
export type ConfiguredInvocation = Exclude<
	Invocation,
	{readonly command: 'GetVersion' | 'GetSupportedInterfaceVersions' | 'GetConfigJSONSchema' | 'GetExtraSpecsJSONSchema'}
>;

/** Does what an invocation asks of the cluster, and prints what GARM waits for. */
export async function serve(invocation: ConfiguredInvocation, io: Io, secrets: Secrets, turn?: Turn): Promise<void> {
	if (invocation.command === 'CreateInstance') return serveCreate(invocation, io, secrets, turn);
	const config = await readConfig(invocation.configFile);
	secrets.add(...secretsOf(config));
	if (invocation.command === 'ValidatePoolInfo') {
		const plain = {config, budgetMs: config.timeouts.operationMs, clock: io.clock};
		return withPlainTools(plain, {io, secrets}, (tools) => validatePool(invocation, config, tools, io));
	}
	const session = {config, controller: invocation.controllerId, budgetMs: config.timeouts.operationMs};
	return withTools(session, {io, secrets}, (tools) => serveWith(tools, invocation, config, io));
}

async function serveWith(
	tools: CommandTools,
	invocation: Exclude<ConfiguredInvocation, {readonly command: 'CreateInstance' | 'ValidatePoolInfo'}>,
	config: Config,
	io: Io,
): Promise<void> {
	const scope = {
		controller: invocation.controllerId,
		vmidRange: config.vmidRange,
		seed: {storage: config.storage.seed},
	};
	switch (invocation.command) {
		case 'DeleteInstance':
			return deleteInstance(placeOf(scope, invocation.instanceId), tools);
		case 'StartInstance':
			return setPower(placeOf(scope, invocation.instanceId), 'running', tools);
		case 'StopInstance':
			return setPower(placeOf(scope, invocation.instanceId), 'stopped', tools);
		case 'GetInstance': {
			const sighting = await getInstance(placeOf(scope, invocation.instanceId), tools);
			return print(io, instanceOf(sighting));
		}
		case 'ListInstances': {
			const sightings = await listInstances({...scope, pool: invocation.poolId}, tools);
			return print(io, sightings.map(instanceOf));
		}
		case 'RemoveAllInstances':
			return removeAllInstances(scope, tools, config.timeouts.operationMs);
	}
}

function placeOf(scope: Omit<RunnerPlace, 'name'>, instanceId: string): RunnerPlace {
	return {...scope, name: instanceId};
}

function instanceOf({name, pool, power, addresses, mark}: Sighting): object {
	return providerInstance({
		name,
		...(mark === undefined ? {} : {os: mark.os, arch: mark.arch}),
		...(mark?.osName === undefined ? {} : {osName: mark.osName}),
		...(mark?.osVersion === undefined ? {} : {osVersion: mark.osVersion}),
		addresses,
		status: statusOf(power),
		poolId: pool,
	});
}

function print(io: Io, document: object): void {
	io.writeOut(`${JSON.stringify(document)}\n`);
}
