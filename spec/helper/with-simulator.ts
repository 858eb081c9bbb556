import type {ExecutionContext} from 'ava';
import {createInstance} from '../../lib/command/create-instance.ts';
import {deleteInstance, type RunnerPlace} from '../../lib/command/delete-instance.ts';
import {getInstance} from '../../lib/command/get-instance.ts';
import {listInstances} from '../../lib/command/list-instances.ts';
import type {Cluster, Disks} from '../../lib/command/ports.ts';
import {removeAllInstances} from '../../lib/command/remove-all-instances.ts';
import {setPower} from '../../lib/command/set-power.ts';
import type {Sighting} from '../../lib/command/sighting.ts';
import type {CommandTools} from '../../lib/command/tools.ts';
import {type FaultCode, isFault} from '../../lib/fault.ts';
import {createLogger} from '../../lib/log/logger.ts';
import {connectPve} from '../../lib/pve/connect.ts';
import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {type Mark, readMark, writeNotes} from '../../lib/runner/mark.ts';
import {seedFileName} from '../../lib/runner/names.ts';
import type {ObservedVm} from '../../lib/runner/observed.ts';
import type {CloneStep} from '../../lib/runner/step.ts';
import {type Clock, systemClock} from '../../lib/time/clock.ts';
import {type Deadline, deadlineIn} from '../../lib/time/deadline.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../tools/simulator/index.ts';
import type {Guest, World} from '../../tools/simulator/world.ts';
import {aMark, aRunner, controller, runnerName, slot, vmidRange} from './a-vm.ts';

/** A runner's VM as it is in the simulated world. */
export interface RunnerVm extends Guest {
	readonly mark: Mark;
}

export interface RunOptions {
	/** One of the simulator's tokens; the least privileged one by default. */
	readonly as?: string;
	/** Wraps the time budget: a spec that kills a run ends it there. */
	readonly deadline?: (own: Deadline) => Deadline;
}

/** What a command has of a process of its own. */
export type StageTools = CommandTools & {readonly cluster: Cluster & Disks};

/** The provider's commands, each on a connection of its own, and the world as it is behind the API's back. */
export interface Stage {
	readonly simulator: Simulator;
	readonly world: World;
	/** What the runs have told from level warn on. */
	readonly warned: readonly string[];
	/** The runner that most specs want, as this world can make it. */
	runner(changes?: Partial<DesiredRunner>): DesiredRunner;
	/** Runs `work` with the tools of a process of its own. */
	run<Result>(work: (tools: StageTools) => Promise<Result>, options?: RunOptions): Promise<Result>;
	create(changes?: Partial<DesiredRunner>, options?: RunOptions): Promise<ObservedVm>;
	remove(changes?: Partial<RunnerPlace>, options?: RunOptions): Promise<void>;
	get(changes?: Partial<RunnerPlace>, options?: RunOptions): Promise<Sighting>;
	list(pool?: string, changes?: Partial<RunnerPlace>): Promise<readonly Sighting[]>;
	setPower(power: 'running' | 'stopped', changes?: Partial<RunnerPlace>): Promise<void>;
	removeAll(changes?: Partial<RunnerPlace>): Promise<void>;
	/** Every VM whose notes prove it, by VMID. */
	runners(): readonly RunnerVm[];
	/** The one VM of a runner; throws where there is none, or several. */
	vmOf(name: string): RunnerVm;
	/** How the guests, volumes and pools differ from those of the beginning, one line each; none: the world is as it began. */
	changes(): readonly string[];
	/** How many requests of an operation have come. */
	asked(operation: string): number;
}

// The provider's hundred seconds are a second, as those of the simulator's instant pace.
const pace = 100;
// A machine under load is not what is tested.
export const budgetMs = 24 * 60 * 60_000;

/** Time at the pace of the instant simulator. */
export function pacedClock(): Clock {
	const began = Date.now();
	return {
		now: () => began + (Date.now() - began) * pace,
		sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / pace)),
		after: systemClock.after,
	};
}

/** Runs a spec on a simulated cluster of its own. */
export function withSimulator(
	options: SimulatorOptions,
	run: (t: ExecutionContext, stage: Stage) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const simulator = await startSimulator(options);
		try {
			await run(t, stageOn(simulator));
		} finally {
			await simulator.close();
		}
	};
}

/** The commands on a simulator that runs. */
export function stageOn(simulator: Simulator, clock: Clock = pacedClock()): Stage {
	const {world} = simulator;
	const warned: string[] = [];
	const logger = createLogger('warn', (line) => warned.push(line), clock.now);
	const seedStorage = world.storages.shared === undefined ? 'local' : 'shared';
	const before = listWorld(world);

	const runner = (changes: Partial<DesiredRunner> = {}): DesiredRunner => {
		const own = {resourcePool: 'garm', ...aRunner(), ...changes};
		const fileName = seedFileName(own.controller, own.name, 'c0ffee000000');
		return {...own, seed: changes.seed ?? {storage: seedStorage, fileName, image: new Uint8Array(2048)}};
	};
	const place = (changes: Partial<RunnerPlace> = {}): RunnerPlace => ({
		controller,
		name: aRunner().name,
		vmidRange,
		seed: {storage: seedStorage},
		...changes,
	});
	async function run<Result>(
		work: (tools: StageTools) => Promise<Result>,
		{as = simulator.tokenId, deadline: wrap = (own) => own}: RunOptions = {},
	): Promise<Result> {
		const deadline = wrap(deadlineIn(budgetMs, clock));
		const cluster = connectPve({
			urls: simulator.urls,
			token: {id: as, secret: simulator.tokens[as] ?? ''},
			tls: {fingerprint: simulator.fingerprint},
			runnerPool: 'garm',
			requestTimeoutMs: 60_000,
			deadline,
			clock,
			logger,
			random: () => 0.5,
		});
		try {
			return await work({cluster: unhurried(cluster), clock, deadline, logger, random: () => 0.5});
		} finally {
			cluster.close();
		}
	}
	const runners = (): readonly RunnerVm[] =>
		Object.values(world.guests).flatMap((guest) => {
			const mark = readMark(guest.config.description, guest.vmid);
			return mark === undefined ? [] : [{...guest, mark}];
		});

	return {
		simulator,
		world,
		warned,
		runner,
		run,
		create: (changes, options) =>
			run((tools) => createInstance(runner(changes), tools, {cleanupMs: budgetMs}), options),
		remove: (changes, options) => run((tools) => deleteInstance(place(changes), tools), options),
		get: (changes, options) => run((tools) => getInstance(place(changes), tools), options),
		list: (pool = aRunner().pool, changes = {}) => run((tools) => listInstances({...place(changes), pool}, tools)),
		setPower: (power, changes) => run((tools) => setPower(place(changes), power, tools)),
		removeAll: (changes) => run((tools) => removeAllInstances(place(changes), tools, budgetMs)),
		runners,
		vmOf(name) {
			const [vm, ...more] = runners().filter(({mark}) => mark.runner === name);
			if (vm === undefined || more.length > 0) throw new Error(`${more.length} more VMs of ${name} than one`);
			return vm;
		},
		changes: () => difference(before, listWorld(world)),
		asked: (operation) => simulator.requests.filter((request) => request.operation === operation).length,
	};
}

// A machine under load answers late; here an agent that stays silent is one that says so.
function unhurried<Own extends Cluster>(cluster: Own): Own {
	return {
		...cluster,
		agentAddresses(node: string, vmid: number, timeoutMs: number) {
			if (timeoutMs > 1_000) throw new Error(`an agent is waited for ${timeoutMs} ms`);
			return cluster.agentAddresses(node, vmid, 60_000);
		},
	};
}

/** The clone of the usual runner at its first slot. */
export function cloneStep({world}: Pick<Stage, 'world'>): CloneStep {
	const [node = ''] = Object.keys(world.nodes);
	const step = {do: 'clone', templateVmid: 9000, templateNode: node, vmid: slot, node, full: false} as const;
	return {...step, vmName: runnerName, notes: writeNotes(aMark()), pool: 'garm'};
}

/** A clone of the usual runner by a run that dies: it stands still half made, and goes on when it is let go. */
export async function halfMadeClone(
	{run, world, simulator}: Stage,
	options: RunOptions = {},
): Promise<{letGo(): Promise<void>}> {
	const release = simulator.holdWorkers(2, {type: 'qmclone'});
	const clone = run(({cluster}) => cluster.clone(cloneStep({world})), options);
	while (world.guests[slot] === undefined) await new Promise((resolve) => setImmediate(resolve));
	return {
		letGo() {
			release();
			return clone;
		},
	};
}

/** Expects a command to fail with a Fault of this code; gives its message. */
export async function failsWith(t: ExecutionContext, work: Promise<unknown>, code: FaultCode): Promise<string> {
	const error = await t.throwsAsync(work);
	if (!isFault(error)) throw error;
	t.is(error.code, code, error.message);
	return error.message;
}

function listWorld({guests, volumes, pools}: World): ReadonlyMap<string, string> {
	return new Map([
		...Object.values(guests).map(({vmid, node, power, config}): [string, string] => [
			`VM ${vmid}`,
			JSON.stringify({node, power, config}),
		]),
		...Object.entries(volumes).map(([key, volume]): [string, string] => [`volume ${key}`, JSON.stringify(volume)]),
		...Object.entries(pools).map(([name, pool]): [string, string] => [`pool ${name}`, JSON.stringify(pool)]),
	]);
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
	const names = [...new Set([...before.keys(), ...after.keys()])];
	return names.flatMap((name) => {
		if (!after.has(name)) return [`- ${name}`];
		if (!before.has(name)) return [`+ ${name}`];
		return before.get(name) === after.get(name) ? [] : [`~ ${name}`];
	});
}
