import {readFileSync} from 'node:fs';

/** One call of the provider as GARM makes it. */
export interface Ask {
	readonly env: Readonly<Record<string, string>>;
	readonly input: string;
}

export const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';
export const pool = '9dcf590a-1192-4a9c-b3e4-e0902974c2c0';
/** What must never be shown: the instance token in every request to create. */
export const instanceToken = 'proof-instance-token-5ec4e7';

/** The runner that a request asks for. */
export interface Order {
	readonly name: string;
	readonly os: 'linux' | 'windows';
	readonly image: string;
	readonly flavor: string;
}

/** The calls of one GARM whose provider has its config in `configFile`. */
export function asksOf(configFile: string) {
	const ask = (command: string, more: Readonly<Record<string, string>> = {}, input = ''): Ask => ({
		env: {
			GARM_COMMAND: command,
			GARM_CONTROLLER_ID: controller,
			GARM_PROVIDER_CONFIG_FILE: configFile,
			GARM_INTERFACE_VERSION: 'v0.1.0',
			...more,
		},
		input,
	});
	return {
		create: (order: Order) => ask('CreateInstance', {GARM_POOL_ID: pool}, requestFor(order)),
		remove: (name: string) => ask('DeleteInstance', {GARM_INSTANCE_ID: name}),
		removeAll: () => ask('RemoveAllInstances'),
		get: (name: string) => ask('GetInstance', {GARM_INSTANCE_ID: name}),
		list: () => ask('ListInstances', {GARM_POOL_ID: pool}),
		start: (name: string) => ask('StartInstance', {GARM_INSTANCE_ID: name}),
		stop: (name: string) => ask('StopInstance', {GARM_INSTANCE_ID: name}),
	};
}

function requestFor({name, os, image, flavor}: Order): string {
	const url = new URL(`../../../tools/demo/bootstrap/${os}-jit.json`, import.meta.url);
	const request = JSON.parse(readFileSync(url, 'utf8')) as Readonly<Record<string, unknown>>;
	return JSON.stringify({...request, name, image, flavor, 'instance-token': instanceToken});
}
