import {Fault} from '../fault.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import type {ObservedVm} from '../runner/observed.ts';
import type {Clock} from '../time/clock.ts';
import {createInstance} from './create-instance.ts';
import {deleteInstance} from './delete-instance.ts';
import type {Cluster} from './ports.ts';
import {hasAgent} from './sighting.ts';
import type {CommandTools} from './tools.ts';

/** One act of a trial, and how long it took. */
export interface TrialStep {
	readonly what: string;
	readonly ms: number;
}

/** How a trial runner fared. */
export interface TrialReport {
	readonly vmid?: number;
	readonly node?: string;
	/** `answered`: its agent did; `ran`: it has none, and went on running; `silent`: its agent stayed silent; `stopped`: it did not go on running. */
	readonly boot?: 'answered' | 'ran' | 'silent' | 'stopped';
	readonly addresses: readonly string[];
	readonly removed: boolean;
	/** Why it did not come up, or did not go. */
	readonly faults: readonly string[];
}

export interface TrialOptions {
	/** How long an agent may take to answer. */
	readonly watchMs: number;
	/** For removing the runner, whatever has happened. */
	readonly cleanupMs: number;
	/** Nothing more is made once it aborts; what was made is removed. */
	readonly signal: AbortSignal;
	/** Told of each step as it ends. */
	tell(step: TrialStep): void;
}

/** Makes one runner, watches it boot as far as the API shows, and removes it: by the planners of CreateInstance and DeleteInstance. */
export async function tryRunner(
	desired: DesiredRunner,
	tools: CommandTools,
	options: TrialOptions,
): Promise<TrialReport> {
	const {signal, cleanupMs} = options;
	const cluster = measured(tools.cluster, tools.clock, options);
	const own = {...tools, cluster};
	const faults: string[] = [];
	const note = (error: unknown) => faults.push(error instanceof Error ? error.message : String(error));
	let vm: ObservedVm | undefined;
	let watched: Pick<TrialReport, 'boot' | 'addresses'> = {addresses: []};
	try {
		vm = await createInstance(desired, own, {cleanupMs});
		watched = await watchBoot(vm, own, options);
		if (signal.aborted) throw interrupted();
	} catch (error) {
		note(error);
	}
	const removed = await remove(desired, own, cleanupMs).then(
		() => true,
		(error: unknown) => {
			note(error);
			return false;
		},
	);
	return {...(vm === undefined ? {} : {vmid: vm.vmid, node: vm.node}), ...watched, removed, faults};
}

async function remove(desired: DesiredRunner, tools: CommandTools, cleanupMs: number): Promise<void> {
	tools.deadline.renew(cleanupMs);
	await deleteInstance(desired, tools);
}

const pauseMs = 1_000;
const agentPatienceMs = 5_000;
// A guest that falls over at once does so within seconds.
const runningMs = 10_000;

async function watchBoot(
	{node, vmid, config = {}}: ObservedVm,
	{cluster, clock}: CommandTools,
	{watchMs, signal, tell}: TrialOptions,
): Promise<Pick<TrialReport, 'boot' | 'addresses'>> {
	const began = clock.now();
	const asks = hasAgent(config.agent);
	const end = began + (asks ? watchMs : Math.min(watchMs, runningMs));
	for (;;) {
		if ((await cluster.vmPower(node, vmid)) !== 'running') return {boot: 'stopped', addresses: []};
		const addresses = asks ? await cluster.agentAddresses(node, vmid, agentPatienceMs) : undefined;
		if (addresses !== undefined) {
			tell({what: 'boot, until the guest agent answers', ms: clock.now() - began});
			return {boot: 'answered', addresses};
		}
		if (signal.aborted || clock.now() >= end) return {boot: asks ? 'silent' : 'ran', addresses: []};
		await clock.sleep(Math.min(pauseMs, end - clock.now()), signal);
	}
}

/** The cluster, with the time that each change takes told, and nothing more made once the signal aborts. */
function measured(cluster: Cluster, clock: Clock, {signal, tell}: Pick<TrialOptions, 'signal' | 'tell'>): Cluster {
	const timed = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
		const began = clock.now();
		const result = await work();
		tell({what, ms: clock.now() - began});
		return result;
	};
	const making = <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
		if (signal.aborted) return Promise.reject(interrupted());
		return timed(what, work);
	};
	return {
		...cluster,
		clone: (step) =>
			making(`clone template ${step.templateVmid} to VM ${step.vmid} on ${step.node}`, () => cluster.clone(step)),
		uploadSeed: (...given) => making('upload the seed', () => cluster.uploadSeed(...given)),
		configure: (step) => making('configure', () => cluster.configure(step)),
		resize: (...given) => making('grow the disk', () => cluster.resize(...given)),
		start: (...given) => making('start', () => cluster.start(...given)),
		stop: (...given) => timed('stop', () => cluster.stop(...given)),
		destroy: (...given) => timed('destroy', () => cluster.destroy(...given)),
		removeSeed: (...given) => timed('remove the seed', () => cluster.removeSeed(...given)),
	};
}

function interrupted(): Fault {
	return new Fault('refused', 'The trial was interrupted by hand.');
}
