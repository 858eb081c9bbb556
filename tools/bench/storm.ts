import {mkdtemp, readFile, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {LoggedRequest, World} from '../simulator/index.ts';
import {type FleetCall, type FleetResult, runFleet} from './fleet.ts';
import {type IdealClient, idealClient} from './ideal-client.ts';
import {type SimulatorProcess, startSimulatorProcess} from './simulator-process.ts';

export interface StormOptions {
	readonly runners: number;
	readonly world: 'small' | 'cluster';
	readonly pace: 'genuine' | 'instant';
	readonly rounds: number;
	/** How many runners the ideal client works on at a time. */
	readonly width: number;
}

/** What a storm came to; times are those of the median round. */
export interface StormReport {
	readonly runners: number;
	readonly rounds: number;
	readonly world: string;
	readonly pace: string;
	/** How many runners the ideal client worked on at a time. */
	readonly idealWidth: number;
	/** Creates and deletes that succeeded, of all rounds. */
	readonly created: number;
	readonly deleted: number;
	readonly clean: boolean;
	readonly createMs: number;
	readonly idealCreateMs: number;
	readonly createRatio: number;
	readonly deleteMs: number;
	readonly idealDeleteMs: number;
	readonly deleteRatio: number;
	readonly peakMiB: number;
	/** Clone calls that PVE refused, or whose task failed, because somebody had the VMID. */
	readonly vmidConflicts: number;
	/** Clone calls beyond one for each runner. */
	readonly cloneRetries: number;
	readonly failures: readonly string[];
}

interface Round {
	readonly create: FleetResult;
	readonly idealCreateMs: number;
	readonly remove: FleetResult;
	readonly idealDeleteMs: number;
	readonly clones: readonly LoggedRequest[];
	readonly leftovers: readonly string[];
}

/**
 * Lets `runners` real provider processes create at once, and then delete at once, in turn with one ideal client that
 * makes, configures and starts as many on the same simulated cluster.
 */
export async function runStorm(options: StormOptions, tell: (line: string) => void): Promise<StormReport> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-storm-'));
	const configFile = path.join(folder, 'proxmox.toml');
	const simulator = await startSimulatorProcess(options.world, options.pace, configFile);
	try {
		const world = await simulator.look();
		const ideal = idealClient(idealOrder(options, simulator, world));
		const rounds: Round[] = [];
		for (let n = 1; n <= options.rounds; n++) {
			const round = await runRound(n, options, configFile, simulator, ideal);
			tell(
				`round ${n}: create ${seconds(round.create.makespanMs)} (ideal ${seconds(round.idealCreateMs)}), delete ${seconds(round.remove.makespanMs)} (ideal ${seconds(round.idealDeleteMs)})`,
			);
			rounds.push(round);
		}
		ideal.close();
		return reportOf(options, rounds);
	} finally {
		await simulator.stop();
		await rm(folder, {recursive: true, force: true});
	}
}

async function runRound(
	number: number,
	{runners}: StormOptions,
	configFile: string,
	simulator: SimulatorProcess,
	ideal: IdealClient,
): Promise<Round> {
	const names = Array.from({length: runners}, (_, n) => `garm-storm-${number}-${n}`);
	const seen = (await simulator.look()).requests.at(-1)?.n ?? 0;
	const create = await runFleet(await createCalls(names, configFile));
	const idealCreateMs = await timed(() => ideal.create());
	const clones = (await simulator.look()).requests.filter(({n, operation}) => n > seen && operation === 'clone');
	const remove = await runFleet(names.map((name) => callOf('DeleteInstance', configFile, {GARM_INSTANCE_ID: name})));
	const idealDeleteMs = await timed(() => ideal.remove());
	await simulator.settle();
	const own = clones.filter(({form}) => String(form.name).startsWith('garm-storm-'));
	return {create, idealCreateMs, remove, idealDeleteMs, clones: own, leftovers: leftoversIn(await simulator.look())};
}

const pool = '9dcf590a-1192-4a9c-b3e4-e0902974c2c0';

async function createCalls(names: readonly string[], configFile: string): Promise<readonly FleetCall[]> {
	const file = new URL('../../../tools/demo/bootstrap/linux-jit.json', import.meta.url);
	const request = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
	return names.map((name) => ({
		...callOf('CreateInstance', configFile, {GARM_POOL_ID: pool}),
		input: JSON.stringify({...request, name}),
	}));
}

function callOf(command: string, configFile: string, more: Readonly<Record<string, string>>): FleetCall {
	return {
		env: {
			GARM_COMMAND: command,
			GARM_CONTROLLER_ID: 'f9286791-1589-4f39-a106-5b68c2a18af4',
			GARM_PROVIDER_CONFIG_FILE: configFile,
			...more,
		},
	};
}

async function timed(work: () => Promise<void>): Promise<number> {
	const began = performance.now();
	await work();
	return performance.now() - began;
}

function idealOrder({runners, width}: StormOptions, {url, token}: SimulatorProcess, {guests}: World) {
	const template = Object.values(guests).find(({config}) => config.name === 'ubuntu-24.04-runner');
	if (template === undefined) throw new Error('This world has no template ubuntu-24.04-runner.');
	const {node, vmid} = template;
	return {url, token, node, template: vmid, pool: 'garm', firstVmid: 50_000, count: runners, width};
}

function leftoversIn({guests, volumes}: World): readonly string[] {
	const vms = Object.values(guests).filter(
		({vmid, config}) => vmid >= 100_000 || config.description?.includes('garm-mark'),
	);
	const seeds = Object.values(volumes).filter(({volid}) => volid.includes('garm-seed-'));
	const disks = Object.values(volumes).filter(({vmid}) => vmid !== undefined && guests[vmid] === undefined);
	return [...vms.map(({vmid}) => `VM ${vmid}`), ...[...seeds, ...disks].map(({volid}) => volid)];
}

function reportOf({runners, rounds: count, world, pace, width}: StormOptions, rounds: readonly Round[]): StormReport {
	const all = runners * count;
	const failures = rounds.flatMap(({create, remove}) => [...create.failures, ...remove.failures]);
	const leftovers = rounds.flatMap((round) => round.leftovers);
	const clones = rounds.flatMap((round) => round.clones);
	const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
	const median = (of: (round: Round) => number) => middle(rounds.map(of));
	return {
		runners,
		rounds: count,
		world,
		pace,
		idealWidth: width,
		created: all - sum(({create}) => create.failures.length),
		deleted: all - sum(({remove}) => remove.failures.length),
		clean: leftovers.length === 0,
		createMs: Math.round(median(({create}) => create.makespanMs)),
		idealCreateMs: Math.round(median(({idealCreateMs}) => idealCreateMs)),
		createRatio: round2(median(({create, idealCreateMs}) => create.makespanMs / idealCreateMs)),
		deleteMs: Math.round(median(({remove}) => remove.makespanMs)),
		idealDeleteMs: Math.round(median(({idealDeleteMs}) => idealDeleteMs)),
		deleteRatio: round2(median(({remove, idealDeleteMs}) => remove.makespanMs / idealDeleteMs)),
		peakMiB: Math.round(Math.max(...rounds.flatMap(({create, remove}) => [create.peakMiB, remove.peakMiB]))),
		vmidConflicts: conflictsAmong(clones),
		cloneRetries: clones.length - all,
		failures: [...failures, ...leftovers.map((each) => `left behind: ${each}`)],
	};
}

/** How many clones went to a VMID that another runner's clone had been sent to before. */
function conflictsAmong(clones: readonly LoggedRequest[]): number {
	const owners = new Map<string, string>();
	return clones.filter(({form}) => {
		const vmid = String(form.newid);
		const owner = owners.get(vmid) ?? String(form.name);
		owners.set(vmid, owner);
		return owner !== form.name;
	}).length;
}

function middle(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round2(value: number): number {
	return Math.round(value * 100) / 100;
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}
