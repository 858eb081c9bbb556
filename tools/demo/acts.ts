import {readFileSync} from 'node:fs';
import type {World} from '../simulator/world.ts';
import {seedsOf} from './cluster-table.ts';
import type {ProviderAnswer} from './provider-process.ts';

/** One call of the provider, as GARM makes it, and what has to be true after it. */
export interface Act {
	readonly title: string;
	readonly command: string;
	readonly variables: Readonly<Record<string, string>>;
	readonly input?: {readonly file: string; text(): string};
	/** Everything that is not as it should be. */
	check(answer: ProviderAnswer, world: World): readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const pool = '9dcf590a-1192-4a9c-b3e4-e0902974c2c0';
const runners = {jit: 'garm-ny9heeqyw2rl', token: 'garm-0k3f9x2m1aqz', windows: 'garm-w1nd0wsrunner'} as const;

/** The whole story, in order. */
export const acts: readonly Act[] = [
	create('A Linux runner with a just-in-time config', 'linux-jit.json', runners.jit),
	create('A Linux runner with a registration token', 'linux-token.json', runners.token),
	create('A Windows runner', 'windows-jit.json', runners.windows),
	{
		...call('GARM looks at one of them', 'GetInstance', {GARM_INSTANCE_ID: runners.jit}),
		check: (answer) => [...exits(answer, 0), ...says('status', parsed(answer)?.status, 'running')],
	},
	{
		...call('GARM lists the pool', 'ListInstances', {GARM_POOL_ID: pool}),
		check: (answer) => [...exits(answer, 0), ...says('the names', names(answer), Object.values(runners).sort())],
	},
	{
		...call('GARM stops one', 'StopInstance', {GARM_INSTANCE_ID: runners.token}),
		check: (answer, world) => [...exits(answer, 0), ...says('its power', powerOf(world, runners.token), 'stopped')],
	},
	{
		...call('and starts it again', 'StartInstance', {GARM_INSTANCE_ID: runners.token}),
		check: (answer, world) => [...exits(answer, 0), ...says('its power', powerOf(world, runners.token), 'running')],
	},
	{
		...call('Its job is done: GARM deletes it by its provider_id', 'DeleteInstance', {GARM_INSTANCE_ID: runners.token}),
		check: (answer, world) => [
			...exits(answer, 0),
			...says('its power', powerOf(world, runners.token), undefined),
			...says('the number of seeds', seedsOf(world).length, 2),
		],
	},
	{
		...call('GARM deletes the Windows runner by its name, as where a create never answered', 'DeleteInstance', {
			GARM_INSTANCE_ID: runners.windows,
		}),
		check: (answer, world) => [...exits(answer, 0), ...says('its power', powerOf(world, runners.windows), undefined)],
	},
	{
		...call('and a runner that was never made', 'DeleteInstance', {
			GARM_INSTANCE_ID: 'garm-neverheardof',
		}),
		check: (answer) => exits(answer, 0),
	},
	{
		...create('A pool that names an image which is not there', 'linux-jit.json', runners.jit, (request) => ({
			...request,
			name: 'garm-unlucky',
			image: 'ubuntu-26.04-runner',
		})),
		check: (answer, world) => [
			...exits(answer, 1),
			...says('status', parsed(answer)?.status, 'error'),
			...says('what was made', powerOf(world, 'garm-unlucky'), undefined),
		],
	},
	{
		...call('The controller goes: everything of it is removed', 'RemoveAllInstances', {}),
		check: (answer, world) => [...exits(answer, 0), ...says('the number of seeds', seedsOf(world).length, 0)],
	},
];

function call(title: string, command: string, variables: Readonly<Record<string, string>>): Omit<Act, 'check'> {
	return {title, command, variables};
}

function create(
	title: string,
	file: string,
	name: string,
	change: (request: Json) => Json = (request) => request,
): Act {
	const url = new URL(`../../../tools/demo/bootstrap/${file}`, import.meta.url);
	const text = () => JSON.stringify(change({...(JSON.parse(readFileSync(url, 'utf8')) as Json), name}));
	return {
		...call(title, 'CreateInstance', {GARM_POOL_ID: pool}),
		input: {file, text},
		check: (answer, world) => [
			...exits(answer, 0),
			...says('status', parsed(answer)?.status, 'running'),
			...says('its power', powerOf(world, name), 'running'),
		],
	};
}

function exits({exitCode}: ProviderAnswer, expected: number): readonly string[] {
	return says('the exit code', exitCode, expected);
}

function says(what: string, actual: unknown, expected: unknown): readonly string[] {
	const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
	return is === should ? [] : [`${what} is ${is}, not ${should}`];
}

function parsed({stdout}: ProviderAnswer): Json | undefined {
	return stdout === '' ? undefined : (JSON.parse(stdout) as Json);
}

function names({stdout}: ProviderAnswer): readonly unknown[] {
	return (JSON.parse(stdout) as readonly Json[]).map(({name}) => name).sort();
}

function powerOf({guests}: World, name: string): string | undefined {
	return Object.values(guests).find(({config}) => config.name === name)?.power;
}
