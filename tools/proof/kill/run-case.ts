import {setTimeout as delay} from 'node:timers/promises';
import {type ProviderAnswer, startProviderProcess} from '../../demo/provider-process.ts';
import type {Ask} from '../ask.ts';
import {instanceToken} from '../ask.ts';
import {draw} from '../draw.ts';
import {requestNamer, taskOf} from '../point.ts';
import {doAsRoot, namelessClone, remainsOn, rootCommand} from '../remains.ts';
import {type Beginning, openScene, runnersOn, type Scene} from '../scene.ts';
import type {KillCase} from './case.ts';

/** What became of one case. */
export interface Outcome {
	/** Everything that is not as it has to be. */
	readonly problems: readonly string[];
	/** Whether the process met the request at which it had to die. */
	readonly killed: boolean;
	readonly killedAgain: boolean;
	/** Whether something was left that only root on a node can remove, and it was told how. */
	readonly rootOnly: boolean;
}

interface Run {
	readonly scene: Scene;
	readonly kase: KillCase;
	readonly seed: number;
	readonly problems: string[];
}

/** Kills a provider, does what GARM does, and looks at what is left. */
export async function runCase(kase: KillCase, beginning: Beginning | undefined, seed: number): Promise<Outcome> {
	const scene = await openScene(kase.shape, beginning);
	const run: Run = {scene, kase, seed, problems: []};
	try {
		const order = {...kase.shape.order, name: runnerName};
		const death = await killFirst(
			run,
			kase.operation === 'create' ? scene.ask.create(order) : scene.ask.remove(runnerName),
		);
		const asks = {
			delete: [scene.ask.remove(runnerName)],
			create: [scene.ask.create(order), scene.ask.remove(runnerName)],
			all: [scene.ask.removeAll()],
		}[kase.then];
		let killedAgain = false;
		let rootOnly = false;
		for (const [n, ask] of asks.entries()) {
			if (n === 0 && kase.twice) killedAgain = await killAgain(run, ask);
			const answer = await startProviderProcess(ask.env, ask.input).answer;
			if (n === 0) death.letGo();
			await scene.simulator.settle();
			if (ask.env.GARM_COMMAND === 'CreateInstance') checkCreated(run, answer);
			else rootOnly = (await checkRemoved(run, ask, answer)) || rootOnly;
		}
		await scene.simulator.settle();
		run.problems.push(...(await leftBehind(run)), ...scene.trespasses);
		return {problems: run.problems, killed: death.struck, killedAgain, rootOnly};
	} finally {
		await scene.close();
	}
}

export const runnerName = 'garm-ny9heeqyw2rl';

/** Kills the provider where the case says, and has the cluster do meanwhile what the case says. */
async function killFirst({scene: {simulator}, kase, seed}: Run, ask: Ask) {
	const {kill, answer} = startProviderProcess(ask.env, ask.input);
	const {at, phase, world} = kase;
	const nameOf = requestNamer();
	const names = new Map<number, string>();
	const releases: (() => void)[] = [];
	const letGo = () => {
		for (const release of releases.splice(0)) release();
	};
	let struck = false;
	const stop = simulator.onRequest(async (n, now, request) => {
		if (now === 'before') names.set(n, nameOf(request));
		if (struck || names.get(n) !== at) return;
		if (now === 'before' && (world.kind === 'held' || world.kind === 'dead')) {
			const told = (upid: string) => world.kind === 'dead' && simulator.killWorker(upid);
			releases.push(simulator.holdWorkers(world.pauses, {told, type: taskOf[at.replace(/#.*$/, '')] ?? ''}));
		}
		if (now !== phase) return;
		struck = true;
		kill('SIGKILL');
		await answer;
		if (world.kind === 'late') await new Promise<void>((resolve) => releases.push(resolve));
	});
	await answer;
	stop();
	if (world.kind === 'dead') await untilIdle(simulator);
	if (world.kind === 'settled' || world.kind === 'dead') letGo();
	if (world.kind === 'settled' || world.kind === 'dead') await simulator.settle();
	else releaseAfter(simulator, 2 + draw(seed, `release ${kase.name}`, 10), letGo);
	return {struck, letGo};
}

/** Lets the world go on once the recovery has made so many requests. */
function releaseAfter(simulator: Scene['simulator'], requests: number, letGo: () => void): void {
	let left = requests;
	const stop = simulator.onRequest((_n, phase) => {
		if (phase !== 'before' || --left > 0) return;
		stop();
		letGo();
	});
}

/** Held workers are dead at once, and no others are born: what is left runs to its end. */
async function untilIdle({world}: Scene['simulator']): Promise<void> {
	for (let quiet = 0; quiet < 20; quiet++) {
		await delay(5);
		if (Object.values(world.tasks).some(({status}) => status === 'running')) quiet = 0;
	}
}

/** Kills a recovery at a request that the seed decides; gives whether it came that far. */
async function killAgain({scene: {simulator}, kase, seed}: Run, ask: Ask): Promise<boolean> {
	const {kill, answer} = startProviderProcess(ask.env, ask.input);
	const nth = 1 + draw(seed, `again ${kase.name}`, 12);
	const at = draw(seed, `phase ${kase.name}`, 2) === 0 ? 'before' : 'after';
	let first: number | undefined;
	let struck = false;
	const stop = simulator.onRequest(async (n, phase) => {
		first ??= n;
		if (struck || phase !== at || n !== first + nth - 1) return;
		struck = true;
		kill('SIGKILL');
		await answer;
	});
	await answer;
	stop();
	if (kase.world.kind === 'settled') await simulator.settle();
	return struck;
}

function checkCreated({scene, kase, problems}: Run, answer: ProviderAnswer): void {
	const {guests} = scene.simulator.world;
	const remains = remainsOn(scene.simulator.world, kase.shape).map(({vmid}) => vmid);
	const harm = scene.harm().filter((line) => !remains.some((vmid) => line.includes(String(vmid))));
	problems.push(...refusals('create', answer), ...harm);
	const made = runnersOn(scene.simulator.world, runnerName).filter((vmid) => !remains.includes(vmid));
	const running = made.filter((vmid) => guests[vmid]?.power === 'running');
	// A stop that is acted on only now stops what this create has found running: nothing can fence it off.
	const stopped = kase.world.kind === 'late' && kase.at.startsWith('stop');
	if (made.length !== 1 || (running.length !== 1 && !stopped)) {
		problems.push(`there are ${made.length} VMs of the runner, ${running.length} of them run`);
	}
}

/** Whether the removal left the rest to root, and said so; every other failure is a problem. */
async function checkRemoved(run: Run, ask: Ask, answer: ProviderAnswer): Promise<boolean> {
	const {scene, kase, problems} = run;
	const [remain] = remainsOn(scene.simulator.world, kase.shape);
	const {exitCode, stderr} = answer;
	const isDead = kase.world.kind === 'dead';
	const nameless = isDead && namelessClone.test(stderr);
	if (!isDead || (remain === undefined && !nameless)) {
		problems.push(...refusals(ask.env.GARM_COMMAND ?? '', answer));
		return false;
	}
	if (exitCode !== 1 || !(nameless || (remain !== undefined && stderr.includes(rootCommand(remain.vmid))))) {
		problems.push(`VM ${remain?.vmid} needs root, but that is not told: exit ${exitCode}, ${stderr.trim()}`);
	}
	await checkOthers(run);
	if (remain !== undefined) doAsRoot(scene.simulator.world, remain.vmid);
	const again = await startProviderProcess(ask.env, ask.input).answer;
	problems.push(...refusals(`${ask.env.GARM_COMMAND} after root`, again));
	return true;
}

/** What is left of one runner holds no other one up. */
async function checkOthers({scene, kase, problems}: Run): Promise<void> {
	const name = 'garm-other';
	for (const ask of [scene.ask.create({...kase.shape.order, name}), scene.ask.remove(name)]) {
		const answer = await startProviderProcess(ask.env, ask.input).answer;
		problems.push(...refusals(`${ask.env.GARM_COMMAND} of another runner`, answer));
	}
}

/** An upload that is carried out after everything is over leaves a seed that only a sweep can find: RemoveAll does. */
async function leftBehind({scene, kase}: Run): Promise<readonly string[]> {
	const mess = scene.mess();
	const lateSeed = kase.world.kind === 'late' && kase.at.startsWith('upload') && mess.length === 1;
	if (!lateSeed || !/garm-seed-/.test(mess[0] ?? '')) return mess;
	const ask = scene.ask.removeAll();
	const answer = await startProviderProcess(ask.env, ask.input).answer;
	await scene.simulator.settle();
	return [...refusals('RemoveAllInstances', answer), ...scene.mess()];
}

function refusals(what: string, {exitCode, stdout, stderr}: ProviderAnswer): readonly string[] {
	const secret = (stdout + stderr).includes(instanceToken) ? [`${what} tells a secret`] : [];
	return exitCode === 0 ? secret : [...secret, `${what}: exit ${exitCode}, ${stderr.trim()}`];
}
