import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {Clock} from '../../lib/time/clock.ts';
import {providerConfig} from '../simulator/cli.ts';
import {type Simulator, startSimulator} from '../simulator/index.ts';
import {type Act, acts} from './acts.ts';
import {drawCluster} from './cluster-table.ts';
import {neededPath, runProviderProcess} from './provider-process.ts';

/** Plays GARM against the built provider and a simulated cluster, and tells each step. Gives 0 where the world ended as it should, else 1. */
export async function runDemo(tell: (text: string) => void, clock: Clock): Promise<number> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-demo-'));
	const simulator = await startSimulator({world: 'small', pace: 'instant'});
	try {
		tell(introduction(simulator));
		const configFile = path.join(folder, 'proxmox.toml');
		await writeFile(configFile, providerConfig(simulator), {mode: 0o600});
		const before = everythingOn(simulator);
		const problems: string[] = [];
		for (const [n, act] of acts.entries())
			problems.push(...(await play(act, n + 1, configFile, simulator, tell, clock)));
		if (everythingOn(simulator) !== before) problems.push('the cluster did not end as it began');
		tell(
			problems.length === 0 ? ending : `\nThe demo failed:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`,
		);
		return problems.length === 0 ? 0 : 1;
	} finally {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	}
}

/** Every machine and volume, to the letter. */
function everythingOn(simulator: Simulator): string {
	const {guests, volumes} = simulator.snapshot();
	return JSON.stringify({guests, volumes});
}

async function play(
	act: Act,
	number: number,
	configFile: string,
	simulator: Simulator,
	tell: (text: string) => void,
	clock: Clock,
): Promise<readonly string[]> {
	const env = {
		GARM_COMMAND: act.command,
		GARM_CONTROLLER_ID: controller,
		GARM_PROVIDER_CONFIG_FILE: configFile,
		GARM_INTERFACE_VERSION: 'v0.1.0',
		...act.variables,
	};
	tell(`\n${String(number).padStart(2)}. ${act.title}\n`);
	const asked = Object.entries({GARM_COMMAND: act.command, ...act.variables}).map(([key, value]) => `${key}=${value}`);
	tell(`    GARM asks   ${asked.join(' ')}\n`);
	if (act.input !== undefined) tell(`    stdin       ${describeRequest(act.input)}\n`);
	const begin = clock.now();
	const answer = await runProviderProcess(env, act.input?.text());
	tell(`    answered    exit ${answer.exitCode} after ${clock.now() - begin} ms\n`);
	if (answer.stdout !== '') tell(`    stdout      ${shortenFault(answer.stdout).trimEnd()}\n`);
	const fault = readFault(answer.stdout);
	if (fault !== undefined) tell(`      decoded   provider_fault: ${fault}\n`);
	if (answer.stderr !== '') tell(`    stderr      ${answer.stderr.trimEnd()}\n`);
	tell(`${drawCluster(simulator.world)}\n`);
	return act.check(answer, simulator.world).map((problem) => `step ${number} (${act.title}): ${problem}`);
}

function describeRequest({file, text}: NonNullable<Act['input']>): string {
	const {name, image, flavor, os_type: system} = JSON.parse(text()) as Readonly<Record<string, string>>;
	return `tools/demo/bootstrap/${file}, for ${name}: image ${image}, flavor ${flavor}, ${system}`;
}

function shortenFault(text: string): string {
	return text.replace(/("provider_fault":"[^"]{24})[^"]*/, '$1…');
}

/** The sentence that GARM reads out of `provider_fault`; absent where the answer has none. */
function readFault(stdout: string): string | undefined {
	const document: unknown = stdout === '' ? {} : JSON.parse(stdout);
	const {provider_fault: fault} = document as {readonly provider_fault?: string};
	return fault === undefined ? undefined : Buffer.from(fault, 'base64').toString();
}

const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';

function introduction({url}: Simulator): string {
	const path = 'PATH' in neededPath() ? ' and the PATH to this node' : '';
	return `A Proxmox VE simulator listens on ${url} (TLS, API token, tasks, locks).
Every step starts the built provider as GARM does: a process of its own with no environment but GARM's variables${path},
a JSON document on stdin where a runner is made. Below each answer stands what is then on the cluster.
`;
}

const ending = `
The cluster is as it was: every runner, disk and seed is gone, and nothing else was touched.

To point the same provider at a real cluster:
  1. See what root runs on a node: build/tools/garm-proxmox.js setup --template VMID --seed-storage garm-seeds
     Or have it done, config too:  build/tools/garm-proxmox.js setup --apply --url https://NODE:8006 and the same options
  2. Look at all of it:            build/tools/garm-proxmox.js doctor --config /etc/garm/proxmox.toml
  3. Try one runner:               build/tools/garm-proxmox.js doctor --config /etc/garm/proxmox.toml --try IMAGE FLAVOR
  4. Name it in GARM's config.toml: the [[provider]] section in README.md, "Install".
`;
