import {createHash, randomBytes} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../../../lib/time/clock.ts';
import {bootstrapOf, type ProofCase} from './case.ts';
import type {Disk} from './disk.ts';
import {parseFacts} from './facts.ts';
import {type FakeGarm, type FakeGarmSetup, startFakeGarm} from './fake-garm.ts';
import {judge, type Verdict} from './judge.ts';
import {runMachine} from './machine.ts';
import type {Tell} from './progress.ts';
import {type MadeSeed, makeSeed} from './seed.ts';

/** What all cases of a proof have in common. */
export interface Bench {
	readonly folder: string;
	readonly disk: Disk;
	readonly archive: Buffer;
	readonly certificate: string;
	readonly cores: number;
	readonly patience: number;
	readonly tell: Tell;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** How one case went. */
export interface CaseResult extends Verdict {
	readonly case: string;
	readonly title: string;
	readonly passed: boolean;
	readonly seconds: number;
	readonly statuses: readonly string[];
	/** Serial log, timeline and report of the guest. */
	readonly folder: string;
}

/** Makes the runner, boots it, and judges what came of it. */
export async function runCase(proofCase: ProofCase, bench: Bench): Promise<CaseResult> {
	const {clock} = bench;
	const begin = clock.now();
	const folder = path.join(bench.folder, proofCase.id);
	await mkdir(folder);
	const tell: Tell = (line) => bench.tell(`${proofCase.id}: ${line}`);
	tell(proofCase.title);
	const instanceToken = madeUpToken();
	const garm = await startFakeGarm(garmSetup(proofCase, bench, instanceToken), tell);
	const result = (problems: readonly string[], notes: readonly string[]): CaseResult => ({
		case: proofCase.id,
		title: proofCase.title,
		passed: problems.length === 0,
		seconds: Math.round((clock.now() - begin) / 1000),
		statuses: garm.timeline.filter((line) => line.startsWith('status ')),
		problems,
		notes,
		folder,
	});
	try {
		const sha256 = createHash('sha256').update(bench.archive).digest('hex');
		const seed = await makeSeed(bootstrapOf(proofCase, garm.urls, instanceToken, sha256), folder);
		tell(`the provider has made the runner; its seed hangs on ${seed.drive}`);
		const trouble = await boot(seed, garm, folder, {...bench, tell});
		const report = garm.facts();
		const {problems, notes} = judge(proofCase, seed.instanceId, garm.timeline, parseFacts(report));
		await writeFile(path.join(folder, 'timeline.txt'), garm.timeline.map((line) => `${line}\n`).join(''));
		await writeFile(path.join(folder, 'facts.json'), `${JSON.stringify(report ?? null, null, 2)}\n`);
		return result([...trouble, ...problems], notes);
	} catch (error) {
		bench.signal.throwIfAborted();
		return result([error instanceof Error ? error.message : String(error)], []);
	} finally {
		await garm.close();
	}
}

/** As long as GARM's, and in its alphabet. */
function madeUpToken(): string {
	return ['eyJhbGciOiJIUzI1NiJ9', randomBytes(96).toString('base64url'), randomBytes(32).toString('base64url')].join(
		'.',
	);
}

function garmSetup(proofCase: ProofCase, {archive, certificate, disk}: Bench, instanceToken: string): FakeGarmSetup {
	const {runnerName, jit, installScript, downloads} = proofCase;
	return {
		runnerName,
		instanceToken,
		jit,
		installScript,
		archive: downloads ? archive : undefined,
		packages: disk.packages,
		questions: {token: instanceToken, certificate, packages: ['garm-proof-base', 'garm-proof-extra']},
	};
}

/** Boots the machine; gives the reason where it did not come to its end. */
async function boot(seed: MadeSeed, garm: FakeGarm, folder: string, bench: Bench): Promise<readonly string[]> {
	const serialLog = path.join(folder, 'serial.log');
	const trouble = await runMachine({
		...bench,
		seed,
		serialLog,
		reportUrl: garm.urls.base,
		hasCalled: () => garm.timeline.length > 0,
	});
	return trouble === undefined ? [] : [`${trouble}. The console's last lines:\n${await lastLines(serialLog)}`];
}

async function lastLines(file: string): Promise<string> {
	const text = await readFile(file, 'utf8').catch(() => '');
	return text.trim().split(/\r?\n/).slice(-8).join('\n');
}
