import {draw, sample} from '../draw.ts';
import type {Choice} from '../proof-tool.ts';
import {shapes} from '../shape.ts';
import {type FaultCase, operations} from './case.ts';
import {kinds} from './kind.ts';
import {type Rehearsal, rehearse} from './prepare.ts';
import {type Outcome, runCase} from './run-case.ts';

export interface FaultProof extends Choice {
	/** Which part of the cases: [0, 1] is all of them. */
	readonly part: readonly [index: number, of: number];
	/** Of a hundred cases that a real process can sit out, how many are run by one. */
	readonly asProcess: number;
}

const progressEvery = 100;
const clusters = ['linux-linked-1', 'cluster-shared', 'cluster-local'];

/** Runs every case that is asked for, and counts those that ended as they have to. */
export async function proveFaults(proof: FaultProof, tell: (text: string) => void) {
	const {seed, only, list} = proof;
	const began = performance.now();
	const wanted = shapes.filter(
		({name}) => clusters.includes(name) && (only === undefined || only.split('/')[1] === name),
	);
	const rehearsals = new Map<string, Rehearsal>();
	const all: FaultCase[] = [];
	for (const shape of wanted) {
		const asked = operations.filter((each) => only === undefined || only.split('/')[0] === each);
		for (const [operation, rehearsal] of await rehearse(shape, asked, seed)) {
			rehearsals.set(`${operation}/${shape.name}`, rehearsal);
			all.push(...rehearsal.cases);
		}
	}
	const chosen = sample(only === undefined ? all : all.filter(({name}) => name.startsWith(only)), proof.sample, seed);
	const [index, of] = proof.part;
	const cases = chosen.filter((_, n) => n % of === index);
	if (list) for (const {name} of cases) tell(name);
	const count = {
		cases: cases.length,
		clean: 0,
		of: all.length,
		kinds: kinds.length,
		struck: 0,
		succeeded: 0,
		rootOnly: 0,
		processes: 0,
	};
	for (const [n, kase] of (list ? [] : cases).entries()) {
		if (n > 0 && n % progressEvery === 0) tell(`${n} of ${cases.length} cases, ${count.clean} clean`);
		const asProcess = kase.kind.quick === true && draw(seed, `process ${kase.name}`, 100) < proof.asProcess;
		const beginning = rehearsals.get(`${kase.operation}/${kase.shape.name}`)?.beginning;
		const {problems, struck, succeeded, rootOnly} = await runCase(kase, beginning, seed, asProcess).catch(failed);
		count.struck += Number(struck);
		count.succeeded += Number(succeeded);
		count.rootOnly += Number(rootOnly);
		count.processes += Number(asProcess);
		if (problems.length === 0) count.clean++;
		else
			tell(`WRONG, again by: npm run proof:fault -- --seed ${seed} --only '${kase.name}'\n  ${problems.join('\n  ')}`);
	}
	return {...count, seed, seconds: Math.round((performance.now() - began) / 1000)};
}

function failed(error: unknown): Outcome {
	const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return {problems: [`the proof itself failed: ${why}`], struck: false, succeeded: false, rootOnly: false};
}
