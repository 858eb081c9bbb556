import {badRequest} from '../fault.ts';
import {nearestWord} from '../nearest.ts';
import {decodeBase64Text} from './base64.ts';
import {supportedInterfaceVersions} from './versions.ts';

interface Configured {
	readonly controllerId: string;
	readonly configFile: string;
}

interface WithPoolSpecs {
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
	| (Configured & {readonly command: 'RemoveAllInstances'})
	| (Configured & WithPoolSpecs & {readonly command: 'ValidatePoolInfo'})
	/** The pool id that stands in where the input has none. */
	| (Configured & WithPoolSpecs & {readonly command: 'CreateInstance'; readonly poolId: string})
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
	const reasons: string[] = [];
	const invocation = readInvocation(command, env, reasons);
	if (reasons.length > 0) throw badRequest('The call', reasons);
	return invocation;
}

function readInvocation(command: Invocation['command'], env: Environment, reasons: string[]): Invocation {
	switch (command) {
		case 'GetVersion':
		case 'GetSupportedInterfaceVersions':
		case 'GetConfigJSONSchema':
		case 'GetExtraSpecsJSONSchema':
			return {command};
		case 'RemoveAllInstances':
			return {command, ...readConfigured(env, reasons)};
		case 'ValidatePoolInfo':
			return {command, ...readConfigured(env, reasons), ...readPoolExtraSpecs(env, reasons)};
		case 'CreateInstance': {
			const {GARM_POOL_ID: poolId = ''} = env;
			return {command, ...readConfigured(env, reasons), ...readPoolExtraSpecs(env, reasons), poolId};
		}
		case 'ListInstances': {
			const {GARM_POOL_ID: poolId} = env;
			// Empty is an answer, absent is none: by the list of another pool GARM would forget runners that work.
			if (poolId === undefined) reasons.push('GARM_POOL_ID is missing.');
			return {command, ...readConfigured(env, reasons), poolId: poolId ?? ''};
		}
		case 'DeleteInstance':
		case 'GetInstance':
		case 'StartInstance':
		case 'StopInstance':
			return {command, ...readConfigured(env, reasons), instanceId: needed(env, 'GARM_INSTANCE_ID', reasons)};
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

function readConfigured(env: Environment, reasons: string[]): Configured {
	const version = env.GARM_INTERFACE_VERSION;
	if (version && !(supportedInterfaceVersions as readonly string[]).includes(version)) {
		reasons.push(`GARM_INTERFACE_VERSION must be one of ${supportedInterfaceVersions.join(', ')}.`);
	}
	return {
		controllerId: needed(env, 'GARM_CONTROLLER_ID', reasons),
		configFile: needed(env, 'GARM_PROVIDER_CONFIG_FILE', reasons),
	};
}

function needed(env: Environment, name: string, reasons: string[]): string {
	const value = env[name] ?? '';
	if (value === '') reasons.push(`${name} is missing.`);
	return value;
}

function readPoolExtraSpecs({GARM_POOL_EXTRASPECS: text}: Environment, reasons: string[]): WithPoolSpecs {
	if (!text) return {};
	try {
		const poolExtraSpecs: unknown = JSON.parse(decodeBase64Text(text) ?? '');
		return poolExtraSpecs === null ? {} : {poolExtraSpecs};
	} catch {
		// What JSON.parse says may hold a piece of it.
		reasons.push('GARM_POOL_EXTRASPECS must be the base64 of a JSON document.');
		return {};
	}
}
