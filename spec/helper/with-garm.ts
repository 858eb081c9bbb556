import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {type ProviderAnswer, runProviderProcess} from '../../tools/demo/provider-process.ts';
import {providerConfig} from '../../tools/simulator/cli.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../tools/simulator/index.ts';
import {controller} from './a-vm.ts';

type Json = Readonly<Record<string, unknown>>;
type Variables = Readonly<Record<string, string>>;

/** An answer whose form is right: at most one JSON document, at most one line for people. */
export interface Answer extends ProviderAnswer {
	/** The document on stdout; undefined where there is none. */
	// biome-ignore lint/suspicious/noExplicitAny: answers are asserted as a whole or key by key
	readonly document: any;
}

/** GARM, as far as a provider can tell: it starts the built executable, and nothing else. */
export interface Garm {
	readonly simulator: Simulator;
	readonly configFile: string;
	/** One process for one command, with GARM's variables and nothing else; checks the form of what comes back. */
	ask(command: string, variables?: Variables, input?: string): Promise<Answer>;
	/** Asks for a runner with a bootstrap document. */
	create(request: Json, variables?: Variables): Promise<Answer>;
	/** Every secret that GARM, the operator or a document has handed over so far. */
	secrets(): readonly string[];
}

interface GarmOptions extends SimulatorOptions {
	/** TOML that goes behind the config that the simulator writes for itself. */
	readonly config?: string;
	readonly controller?: string;
}

/** Runs a spec with GARM, the built provider and a simulated cluster of its own; at the end no secret is where people look. */
export function withGarm(
	{config = '', controller: id = controller, ...options}: GarmOptions,
	run: (t: ExecutionContext, garm: Garm) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const simulator = await startSimulator(options);
		const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-story-'));
		const configFile = path.join(folder, 'proxmox.toml');
		await writeFile(configFile, `${providerConfig(simulator)}\n${config}`, {mode: 0o600});
		const secrets = new Set(Object.values(simulator.tokens));
		const ask = async (command: string, variables: Variables = {}, input = ''): Promise<Answer> => {
			const answer = await runProviderProcess(
				{
					GARM_COMMAND: command,
					GARM_CONTROLLER_ID: id,
					GARM_PROVIDER_CONFIG_FILE: configFile,
					GARM_INTERFACE_VERSION: 'v0.1.0',
					...variables,
				},
				input,
			);
			for (const secret of secrets)
				t.false(`${answer.stdout}${answer.stderr}`.includes(secret), `${command} tells a secret`);
			t.regex(answer.stderr, /^(?:[^\n]+\n)?$/, `${command}: more than one line for people`);
			t.is(answer.stderr === '', answer.exitCode === 0, `${command}: exit ${answer.exitCode}, stderr ${answer.stderr}`);
			return {...answer, document: documentIn(answer)};
		};
		const garm: Garm = {
			simulator,
			configFile,
			ask,
			create(request, variables = {}) {
				for (const secret of secretsIn(request)) secrets.add(secret);
				return ask('CreateInstance', {GARM_POOL_ID: String(request.pool_id), ...variables}, JSON.stringify(request));
			},
			secrets: () => [...secrets],
		};
		try {
			await run(t, garm);
			expectNoSecrets(t, garm);
		} finally {
			await simulator.close();
			await rm(folder, {recursive: true, force: true});
		}
	};
}

/** Notes, tags, task logs and whatever else people see of a cluster. */
function expectNoSecrets(t: ExecutionContext, {simulator, secrets}: Garm): void {
	const {guests, tasks, volumes, pools} = simulator.snapshot();
	const seen = JSON.stringify({guests, tasks, volumes, pools, asked: simulator.requests});
	for (const secret of secrets()) t.false(seen.includes(secret), 'the cluster shows a secret');
}

function documentIn({stdout}: ProviderAnswer): unknown {
	if (stdout === '') return undefined;
	if (stdout.indexOf('\n') !== stdout.length - 1) throw new Error(`not one line: ${stdout}`);
	return JSON.parse(stdout);
}

function secretsIn(request: Json): readonly string[] {
	const tools = (request.tools ?? []) as readonly Json[];
	const scripts = Object.values((request.extra_specs as Json | null)?.pre_install_scripts ?? {});
	const given = [request['instance-token'], ...tools.map((tool) => tool.temp_download_token), ...scripts];
	const texts = given.filter((text): text is string => typeof text === 'string' && text !== '');
	return [...texts, ...texts.map((text) => Buffer.from(text, 'base64').toString())].filter((text) => text.length > 5);
}

const folders = {
	ours: path.resolve(import.meta.dirname, '../../../tools/demo/bootstrap'),
	recorded: path.resolve(import.meta.dirname, '../../../../shared/garm/bootstrap'),
} as const;

/** Every bootstrap document that the project ships, and those of `../shared` where it exists, by file name. */
export function bootstraps(): readonly {readonly file: string; readonly request: Json}[] {
	return Object.entries(folders).flatMap(([kind, folder]) =>
		existsSync(folder)
			? readdirSync(folder).map((file) => ({file: `${kind}/${file}`, request: readJson(path.join(folder, file))}))
			: [],
	);
}

/** A bootstrap document of the project, with changes. */
export function bootstrap(changes: Json = {}, file = 'linux-token.json'): Json {
	return {...readJson(path.join(folders.ours, file)), ...changes};
}

function readJson(file: string): Json {
	return JSON.parse(readFileSync(file, 'utf8')) as Json;
}
