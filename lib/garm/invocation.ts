import {badRequest} from '../fault.ts';
import {nearestWord} from '../nearest.ts';
import {decodeBase64} from './base64.ts';
import {supportedInterfaceVersions} from './versions.ts';

interface Configured {
	readonly controllerId: string;
	readonly configFile: string;
	/** GARM_POOL_EXTRASPECS, decoded; absent where it was not sent or is `null`. */
	readonly poolExtraSpecs?: unknown;
}

/** What GARM asks for in the environment. */
export type Invocation =
	| {
			readonly command:
				| 'GetVersion'
				| 'GetSupportedInterfaceVersions'
				| 'GetConfigJSONSchema'
				| 'GetExtraSpecsJSONSchema';
	  }
	| (Configured & {readonly command: 'CreateInstance'})
	| (Configured & {readonly command: 'RemoveAllInstances' | 'ValidatePoolInfo'})
	/** An empty pool id means the runners without a pool. */
	| (Configured & {readonly command: 'ListInstances'; readonly poolId: string})
	| (Configured & {
			readonly command: 'DeleteInstance' | 'GetInstance' | 'StartInstance' | 'StopInstance';
			/** provider_id or runner name: the same text. */
			readonly instanceId: string;
	  });

type Environment = Readonly<Record<string, string | undefined>>;

// GARM's docs write Start and Stop, its code StartInstance and StopInstance.
const commands = {
	CreateInstance: 'CreateInstance',
	DeleteInstance: 'DeleteInstance',
	GetInstance: 'GetInstance',
	ListInstances: 'ListInstances',
	StartInstance: 'StartInstance',
	Start: 'StartInstance',
	StopInstance: 'StopInstance',
	Stop: 'StopInstance',
	RemoveAllInstances: 'RemoveAllInstances',
	ValidatePoolInfo: 'ValidatePoolInfo',
	GetVersion: 'GetVersion',
	GetSupportedInterfaceVersions: 'GetSupportedInterfaceVersions',
	GetConfigJSONSchema: 'GetConfigJSONSchema',
	GetExtraSpecsJSONSchema: 'GetExtraSpecsJSONSchema',
} as const satisfies Record<string, Invocation['command']>;

/** Reads `GARM_*` variables of interface v0.1.0 and v0.1.1; throws `bad-request` with every reason. */
export function parseInvocation(env: Environment): Invocation {
	const command = readCommand(env);
	switch (command) {
		case 'GetVersion':
		case 'GetSupportedInterfaceVersions':
		case 'GetConfigJSONSchema':
		case 'GetExtraSpecsJSONSchema':
			return {command};
		case 'CreateInstance':
		case 'RemoveAllInstances':
		case 'ValidatePoolInfo':
			return {command, ...readConfigured(env)};
		case 'ListInstances':
			return {command, ...readConfigured(env), poolId: env.GARM_POOL_ID ?? ''};
		case 'DeleteInstance':
		case 'GetInstance':
		case 'StartInstance':
		case 'StopInstance':
			return {command, ...readConfigured(env, 'GARM_INSTANCE_ID'), instanceId: env.GARM_INSTANCE_ID ?? ''};
	}
}

function readCommand({GARM_COMMAND: word = ''}: Environment): Invocation['command'] {
	if (Object.hasOwn(commands, word)) return commands[word as keyof typeof commands];
	const known = Object.keys(commands);
	if (word === '') {
		throw badRequest('The call', [
			'GARM_COMMAND is missing. This program is started by GARM; garm-proxmox is the one for people.',
		]);
	}
	const near = nearestWord(word, known);
	const advice = near === undefined ? `Known commands: ${known.join(', ')}.` : `Did you mean ${near}?`;
	throw badRequest('The call', [`GARM_COMMAND ${JSON.stringify(word.slice(0, 100))} is not known. ${advice}`]);
}

function readConfigured(env: Environment, ...more: readonly string[]): Configured {
	const needed = ['GARM_CONTROLLER_ID', 'GARM_PROVIDER_CONFIG_FILE', ...more];
	const reasons = needed.filter((name) => !env[name]).map((name) => `${name} is missing.`);
	const version = env.GARM_INTERFACE_VERSION;
	if (version && !(supportedInterfaceVersions as readonly string[]).includes(version)) {
		reasons.push(`GARM_INTERFACE_VERSION must be one of ${supportedInterfaceVersions.join(', ')}.`);
	}
	const specs = readPoolExtraSpecs(env.GARM_POOL_EXTRASPECS);
	if (specs === 'broken') reasons.push('GARM_POOL_EXTRASPECS must be the base64 of a JSON document.');
	if (reasons.length > 0) throw badRequest('The call', reasons);
	return {
		controllerId: env.GARM_CONTROLLER_ID ?? '',
		configFile: env.GARM_PROVIDER_CONFIG_FILE ?? '',
		...(specs === 'broken' || specs.value == null ? {} : {poolExtraSpecs: specs.value}),
	};
}

function readPoolExtraSpecs(text: string | undefined): {readonly value: unknown} | 'broken' {
	if (!text) return {value: undefined};
	const bytes = decodeBase64(text);
	if (bytes === undefined) return 'broken';
	try {
		return {value: JSON.parse(new TextDecoder().decode(bytes))};
	} catch {
		return 'broken';
	}
}
