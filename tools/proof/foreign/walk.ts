import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {providerConfig} from '../../simulator/cli.ts';
import {type Simulator, startSimulator} from '../../simulator/index.ts';
import {seededRandom} from '../../simulator/random.ts';
import {type Answer, aController, type Controller} from './controller.ts';
import {foreignThings, ownedBy} from './ledger.ts';
import {actAsPerson, type Chance, pick} from './people.ts';

export interface WalkOptions {
	readonly steps: number;
	readonly seed: number;
}

/** What a walk came to. */
export interface WalkReport {
	readonly steps: number;
	readonly seed: number;
	/** Steps after which everything foreign was byte for byte as before, and the answer was true. */
	readonly clean: number;
	readonly exitCodes: Readonly<Record<string, number>>;
	readonly personActs: number;
	readonly violations: readonly string[];
}

const pool = '9dcf590a-1192-4a9c-b3e4-e0902974c2c0';
// Both controllers use the same names: a runner of one is a stranger's namesake to the other.
const names = [...'abcdefghij'].map((letter) => `garm-${letter}`).concat('My Runner', 'läufer');
const controllerIds = ['f9286791-1589-4f39-a106-5b68c2a18af4', '0b0e7d3c-93a5-4d0b-8f0e-6a0f6c1f2d11'];
// More are never open at once.
const lastRequests = 100;
// Between the last look and a start, stop or destroy lie milliseconds that PVE gives no way to close.
const peopleActBefore = ['resources', 'config-get', 'content'];

/**
 * Lets two controllers ask random things of the provider, one alone or both at once, on a cluster where people rename,
 * copy, protect, forge and replace VMs at any moment, and compares everything foreign byte for byte after every step.
 */
export async function walk({steps, seed}: WalkOptions, tell: (line: string) => void): Promise<WalkReport> {
	const {fraction: chance} = seededRandom(seed);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-foreign-'));
	const simulator = await startSimulator({seed});
	try {
		const configFile = path.join(folder, 'proxmox.toml');
		// Seeds go soon: the evictions that ride on other commands are a part of what is proven.
		await writeFile(configFile, `${providerConfig(simulator)}\n[seed]\nevict_after = "1s"\n`);
		const bootstrap = new URL('../../../../tools/demo/bootstrap/linux-jit.json', import.meta.url);
		const request = JSON.parse(await readFile(bootstrap, 'utf8')) as object;
		const controllers = controllerIds.map((id) => aController(id, configFile, chance));
		const walker = {simulator, controllers, request, chance};
		const exitCodes: Record<string, number> = {};
		const violations: string[] = [];
		let personActs = 0;
		let clean = 0;
		for (let step = 1; step <= steps; step++) {
			const outcome = await takeStep(walker);
			for (const each of outcome.exitCodes) exitCodes[each] = (exitCodes[each] ?? 0) + 1;
			personActs += outcome.personActs;
			if (outcome.violations.length === 0) clean++;
			violations.push(...outcome.violations.map((each) => `seed ${seed}, step ${step}: ${each}`));
			if (step % 500 === 0) tell(`${step} of ${steps} steps, ${step - clean} with violations`);
		}
		return {steps, seed, clean, exitCodes, personActs, violations};
	} finally {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	}
}

interface Walker {
	readonly simulator: Simulator;
	readonly controllers: readonly Controller[];
	readonly request: object;
	readonly chance: Chance;
}

interface Outcome {
	readonly exitCodes: readonly string[];
	readonly personActs: number;
	readonly violations: readonly string[];
}

async function takeStep(walker: Walker): Promise<Outcome> {
	const {simulator, controllers, chance} = walker;
	const {world} = simulator;
	let personActs = 0;
	let undisturbed = true;
	const act = (about: readonly string[]) => {
		personActs++;
		actAsPerson(world, chance, about);
	};
	if (chance() < 0.5) act(names);
	const alone = chance() < 0.7;
	const acting = alone ? [pick(controllers, chance) as Controller] : controllers;
	const ids = acting.map(({id}) => id);
	const calls = acting.map((controller) => callOf(walker, controller));
	let before = foreignThings(world, ids);
	// Where several runners are worked on at once, an act could fall into the last milliseconds before another one's stop.
	const oneByOne = alone && calls.every(({title}) => title !== 'RemoveAllInstances');
	const stopActing = simulator.onRequest((_n, phase, {operation}) => {
		if (!oneByOne || phase !== 'before' || !peopleActBefore.includes(operation) || chance() > 0.2) return;
		const changed = changesIn(before, foreignThings(world, ids));
		if (changed.length > 0) return;
		act(calls.map(({name}) => name));
		undisturbed = false;
		before = foreignThings(world, ids);
	});
	const answers = await Promise.all(calls.map(({run}) => run()));
	await untilAnswered(simulator);
	stopActing();
	const violations = [
		...changesIn(before, foreignThings(world, ids)),
		...calls.flatMap(({title, isTrue}, n) => [
			...saneAnswer(answers[n] as Answer),
			// Where people act in the middle, an answer may be true of the moment before.
			...(undisturbed ? isTrue(answers[n] as Answer) : []).map((each) => `${title}: ${each}`),
		]),
	];
	const what = calls.map(({title}) => title).join(' beside ');
	return {
		exitCodes: calls.map(({title}, n) => `${title.split(' ')[0]} ${answers[n]?.exitCode}`),
		personActs,
		violations: violations.map((each) => `${what}: ${each}`),
	};
}

/** What rode on a command may still be under way when the command has ended: it belongs to this step, not to the next. */
async function untilAnswered({requests, settle}: Simulator): Promise<void> {
	const isOpen = () => requests.slice(-lastRequests).some(({status}) => status === 0);
	// A request may be on its way that nobody has logged yet.
	for (let quiet = 0, seen = -1; quiet < 4; quiet++) {
		await settle();
		await delay(2);
		if (isOpen() || requests.length !== seen) quiet = 0;
		seen = requests.length;
	}
	await settle();
}

/** What is not as it was. Things that are new are none of these: a runner in the making is foreign until it is marked. */
function changesIn(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
	return [...before].flatMap(([thing, was]) => {
		const is = after.get(thing);
		return is === was ? [] : [`${thing} was ${was} and is ${is ?? 'gone'}`];
	});
}

interface Call {
	readonly title: string;
	/** The runner it is about. */
	readonly name: string;
	run(): Promise<Answer>;
	/** Everything that the answer says and the world denies. */
	isTrue(answer: Answer): readonly string[];
}

function callOf({simulator: {world}, request, chance}: Walker, {id, ask}: Controller): Call {
	const name = pick(names, chance) ?? '';
	const runners = () => ownedBy(world, id);
	const own = () => runners().filter(({owner}) => owner.runner === name);
	const ofRunner = (command: string, isTrue: Call['isTrue']): Call => ({
		title: `${command} ${name}`,
		name,
		run: () => ask(command, {GARM_INSTANCE_ID: name}),
		isTrue,
	});
	const unless = (truth: boolean, what: string) => (truth ? [] : [what]);
	const isNot30 = ({exitCode}: Answer) => unless(exitCode !== 30 || own().length === 0, 'it calls a runner not found');
	const dice = chance();
	if (dice < 0.4) {
		return {
			title: `CreateInstance ${name}`,
			name,
			run: () => ask('CreateInstance', {GARM_POOL_ID: pool}, {...request, name}),
			isTrue: ({exitCode}) =>
				unless(
					exitCode !== 0 || (own().length === 1 && own()[0]?.power === 'running'),
					`${own().length} VMs of it, ${own()[0]?.power}`,
				),
		};
	}
	if (dice < 0.6) {
		return ofRunner('DeleteInstance', ({exitCode}) => unless(exitCode !== 0 || own().length === 0, 'it is not gone'));
	}
	if (dice < 0.7) return ofRunner('GetInstance', isNot30);
	if (dice < 0.78) return ofRunner('StopInstance', isNot30);
	if (dice < 0.86) return ofRunner('StartInstance', isNot30);
	if (dice < 0.98) {
		return {
			title: 'ListInstances',
			name,
			run: () => ask('ListInstances', {GARM_POOL_ID: pool}),
			isTrue({exitCode, stdout}) {
				if (exitCode !== 0) return [];
				const listed = (JSON.parse(stdout) as readonly {readonly name: string}[]).map((each) => each.name);
				const missing = runners().filter(({owner}) => !listed.includes(owner.runner));
				return missing.map(({owner}) => `${owner.runner} is missing`);
			},
		};
	}
	return {
		title: 'RemoveAllInstances',
		name,
		run: () => ask('RemoveAllInstances'),
		isTrue: ({exitCode}) => unless(exitCode !== 0 || runners().length === 0, 'something of it is left'),
	};
}

function saneAnswer({exitCode, stderr}: Answer): readonly string[] {
	if (![0, 1, 30, 31].includes(exitCode)) return [`exit code ${exitCode}`];
	if (exitCode === 0) return stderr === '' ? [] : [`it succeeded and says: ${stderr.trim()}`];
	return stderr.trim() === '' || stderr.includes('defect') ? [`it failed and says: ${stderr.trim()}`] : [];
}
