import {type ProviderAnswer, runProviderProcess} from '../../demo/provider-process.ts';
import type {Ask} from '../ask.ts';
import {draw} from '../draw.ts';
import {requestNamer} from '../point.ts';
import {doAsRoot, namelessClone, remainsOn, rootCommand} from '../remains.ts';
import {type Beginning, openScene, runnersOn, type Scene} from '../scene.ts';
import type {FaultCase, Operation} from './case.ts';
import {runInside} from './inside.ts';
import {judge, otherName, runnerName} from './judge.ts';
import {type SharedTime, sharedTime} from './shared-time.ts';

/** What became of one case. */
export interface Outcome {
	readonly problems: readonly string[];
	/** Whether the run met the request. */
	readonly struck: boolean;
	readonly succeeded: boolean;
	readonly rootOnly: boolean;
}

interface Run {
	readonly scene: Scene;
	readonly kase: FaultCase;
	readonly seed: number;
	readonly problems: string[];
	/** Answers a call: in this process, or by a process of its own. */
	readonly answer: (ask: Ask) => Promise<ProviderAnswer>;
	/** Lets the time of the cluster pass. */
	readonly pass: (ms: number) => Promise<void>;
}

/** Has a request go wrong, judges the answer, and then does what GARM does. */
export async function runCase(
	kase: FaultCase,
	beginning: Beginning | undefined,
	seed: number,
	asProcess: boolean,
): Promise<Outcome> {
	const time = asProcess ? undefined : sharedTime();
	const scene = await openScene(kase.shape, beginning, time === undefined ? {} : {clock: time});
	if (time !== undefined) scene.simulator.onRequest(time.touch);
	const run: Run = {
		scene,
		kase,
		seed,
		problems: [],
		answer: ({env, input}) =>
			time === undefined ? runProviderProcess(env, input) : runInside({env, input}, scene.simulator, time, seed),
		pass: (ms) => passing(time, ms),
	};
	try {
		const {struck, succeeded} = await disturb(run, time);
		await heal(run);
		const rootOnly = await recover(run);
		const mess = kase.kind.killsNodes ? scene.messButPower() : scene.mess();
		run.problems.push(...mess.filter((line) => !isSomebodysClone(line)), ...scene.trespasses);
		return {problems: run.problems, struck, succeeded, rootOnly};
	} finally {
		await scene.close();
	}
}

// What takes a VMID from under a clone stays, as it is.
function isSomebodysClone(line: string): boolean {
	return / is left: .*"config":\{"name":"somebody-else","memory":"512"\}/.test(line);
}

// The simulator's instant pace.
const pace = 100;

async function passing(time: SharedTime | undefined, ms: number): Promise<void> {
	if (time !== undefined) return time.sleep(ms);
	await new Promise((resolve) => setTimeout(resolve, ms / pace));
}

const askFor = ({scene: {ask}, kase}: Run): Ask => {
	const asks: Readonly<Record<Operation, () => Ask>> = {
		create: () => ask.create({...kase.shape.order, name: runnerName}),
		delete: () => ask.remove(runnerName),
		get: () => ask.get(runnerName),
		list: () => ask.list(),
		start: () => ask.start(runnerName),
		stop: () => ask.stop(runnerName),
		'remove-all': () => ask.removeAll(),
	};
	return asks[kase.operation]();
};

// Create: its time and that for cleaning up. Removing all has its time anew for each VM.
const longestMs: Readonly<Record<Operation, number>> = {
	create: 1_020_000,
	delete: 300_000,
	get: 300_000,
	list: 300_000,
	start: 300_000,
	stop: 300_000,
	'remove-all': 900_000,
};

/** Runs the operation with its fault; what is wrong with what it does and says goes to the problems. */
async function disturb(run: Run, time: SharedTime | undefined): Promise<{struck: boolean; succeeded: boolean}> {
	const {scene, kase, problems} = run;
	const {simulator} = scene;
	const nameOf = requestNamer();
	let struck = false;
	let twin = false;
	const stop = simulator.onRequest(async (_n, phase, request) => {
		if (phase !== 'before' || struck || twin || nameOf(request) !== kase.at) return;
		struck = true;
		const vmid = runnersOn(simulator.world, runnerName)[0] ?? (Number(request.form.newid ?? 0) || undefined);
		const runTwin = async () => {
			twin = true;
			await run.answer(askFor(run));
		};
		await kase.kind.strike({simulator, request, vmid, runTwin});
	});
	const began = time?.now() ?? 0;
	const answer = await run.answer(askFor(run));
	stop();
	const tookMs = (time?.now() ?? 0) - began;
	if (tookMs > longestMs[kase.operation] + 1000) problems.push(`it took ${Math.round(tookMs / 1000)} s`);
	problems.push(...judge(kase.operation, answer, simulator.world, struck ? kase.kind.tells : undefined));
	return {struck, succeeded: answer.exitCode === 0};
}

/** Everything that was broken is whole again, and what was on its way has come. */
async function heal({scene: {simulator}, kase, pass, problems}: Run): Promise<void> {
	simulator.faults.clear();
	for (const node of Object.keys(simulator.world.nodes)) await simulator.setNode(node, 'online');
	for (const storage of Object.values(simulator.world.storages)) delete storage.full;
	await pass(400_000);
	await simulator.settle();
	const living = runnersOn(simulator.world, runnerName).length - remainsOn(simulator.world, kase.shape).length;
	if (living > 1) problems.push(`there are ${living} VMs of the runner`);
}

/** GARM's own way out: delete by name, or remove everything. Gives whether root had to help. */
async function recover(run: Run): Promise<boolean> {
	const {scene, kase, seed, problems} = run;
	const {ask, simulator} = scene;
	const byName = kase.operation !== 'remove-all' && draw(seed, `recovery ${kase.name}`, 2) === 0;
	const asks = byName ? [ask.remove(runnerName), ask.remove(otherName)] : [ask.removeAll()];
	let rootOnly = false;
	for (const each of asks) {
		const answer = await run.answer(each);
		await simulator.settle();
		const nameless = namelessClone.test(answer.stderr);
		const told = remainsOn(simulator.world, kase.shape).filter(({vmid}) => answer.stderr.includes(rootCommand(vmid)));
		if (told.length === 0 && !nameless) {
			if (answer.exitCode !== 0)
				problems.push(`afterwards ${each.env.GARM_COMMAND}: exit ${answer.exitCode}, ${answer.stderr}`);
			continue;
		}
		rootOnly = true;
		for (const {vmid} of told) doAsRoot(simulator.world, vmid);
		const again = await run.answer(each);
		if (again.exitCode !== 0)
			problems.push(`after root ${each.env.GARM_COMMAND}: exit ${again.exitCode}, ${again.stderr}`);
	}
	await simulator.settle();
	return rootOnly;
}
