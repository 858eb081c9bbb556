import {sample} from '../draw.ts';
import {inParallel} from '../in-parallel.ts';
import type {Choice} from '../proof-tool.ts';
import {shapes} from '../shape.ts';
import {casesOf, type KillCase} from './case.ts';
import {type Rehearsal, rehearse} from './prepare.ts';
import {runCase} from './run-case.ts';

export interface KillProof extends Choice {
	/** Cases at a time. */
	readonly jobs: number;
}

const progressEvery = 50;

/** Kills the provider in every case that is asked for, and counts those after which the cluster was clean. */
export async function proveKills({seed, jobs, sample: size, only, list}: KillProof, tell: (text: string) => void) {
	const began = performance.now();
	const wanted = shapes.filter(({name}) => only === undefined || only.split('/')[1] === name);
	const known = new Map<string, Rehearsal>();
	const all: KillCase[] = [];
	for (const shape of wanted) {
		const rehearsals = await rehearse(shape);
		for (const operation of ['create', 'delete'] as const) {
			known.set(`${operation}/${shape.name}`, rehearsals[operation]);
			all.push(...casesOf(operation, shape, rehearsals[operation].requests, seed));
		}
	}
	const cases = sample(only === undefined ? all : all.filter(({name}) => name.startsWith(only)), size, seed);
	if (list) for (const {name} of cases) tell(name);
	const count = {cases: cases.length, clean: 0, of: all.length, killed: 0, killedAgain: 0, rootOnly: 0};
	let ended = 0;
	await inParallel(list ? [] : cases, jobs, async (kase) => {
		const beginning = known.get(`${kase.operation}/${kase.shape.name}`)?.beginning;
		const {problems, killed, killedAgain, rootOnly} = await runCase(kase, beginning, seed).catch((error: unknown) => ({
			problems: [`the proof itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
			killed: false,
			killedAgain: false,
			rootOnly: false,
		}));
		count.killed += Number(killed);
		count.killedAgain += Number(killedAgain);
		count.rootOnly += Number(rootOnly);
		ended++;
		if (ended % progressEvery === 0)
			tell(`${ended} of ${cases.length} cases, ${count.clean + Number(problems.length === 0)} clean`);
		if (problems.length === 0) count.clean++;
		else
			tell(`NOT CLEAN, again by: npm run proof:kill -- --seed ${seed} --only ${kase.name}\n  ${problems.join('\n  ')}`);
	});
	return {...count, seed, seconds: Math.round((performance.now() - began) / 1000)};
}
