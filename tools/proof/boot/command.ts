import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {Command, CommanderError, InvalidArgumentError, Option} from 'commander';
import type {Io} from '../../../lib/main/io.ts';
import {selfSigned} from '../../simulator/http/certificate.ts';
import {makeArchive} from './archive.ts';
import {type ProofCase, proofCases} from './case.ts';
import {provideDisk} from './disk.ts';
import {provideTools} from './host-tools.ts';
import {NotRun} from './not-run.ts';
import {type Tell, tellWithTime} from './progress.ts';
import {type Bench, type CaseResult, runCase} from './run-case.ts';

interface Options {
	readonly only?: readonly string[];
	readonly keep?: true;
	readonly rebuild?: true;
	readonly jobs: number;
	readonly patience: number;
}

const ids = ['a', 'b', 'c', 'd'];
const afterHelp = `
a: GARM's wrapper as runner_install_template   b: our own script, everything a pool may ask for
c: our own script, and the download fails      d: our own script, cached runner, registration token

Needs x86-64 Linux, and as root Debian's qemu-system-x86, mmdebstrap and e2fsprogs (installed where they are missing).
Exit codes: 0 all passed, 1 something did not, 2 wrong words, 3 not run: this machine cannot. The last line is JSON.
`;

/** Boots runners that the provider made; `args` are the words behind the program's name. Gives the exit code. */
export async function runProof(args: readonly string[], io: Io, signal: AbortSignal): Promise<number> {
	const program = new Command('proof:boot')
		.description('Boots real cloud-init in QEMU with seeds that the provider made, and looks at what comes of it.')
		.addOption(new Option('--only <cases...>', 'boot these alone').choices(ids))
		.addOption(new Option('--jobs <number>', 'machines at once').argParser(readNumber).default(defaultJobs()))
		.addOption(new Option('--patience <factor>', 'multiplies every time-out').argParser(readNumber).default(1))
		.option('--rebuild', 'build the disk anew, even where it is in the cache')
		.option('--keep', 'keep the logs where all passed too')
		.addHelpText('after', afterHelp)
		.exitOverride()
		.configureOutput({writeOut: io.writeOut, writeErr: io.writeError});
	const tell = tellWithTime(io.writeError, io.clock);
	const begin = io.clock.now();
	const end = (code: number, summary: object): number => {
		const seconds = Math.round((io.clock.now() - begin) / 1000);
		io.writeOut(`${JSON.stringify({...summary, seconds})}\n`);
		return code;
	};
	try {
		program.parse([...args], {from: 'user'});
		const {results, cloudInit} = await prove(program.opts<Options>(), io, tell, signal);
		const passed = results.filter(({passed}) => passed).length;
		return end(passed === results.length ? 0 : 1, {
			runs: results.length,
			passed,
			cloud_init: cloudInit,
			cases: results,
		});
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		if (signal.aborted) return 130;
		if (!(error instanceof NotRun)) throw error;
		tell(`not run: ${error.message}`);
		return end(3, {runs: 0, passed: 0, not_run: error.message});
	}
}

/** Two machines at once where there is room: each then has a processor of its own. */
function defaultJobs(): number {
	return Math.min(2, os.availableParallelism());
}

function readNumber(text: string): number {
	const number = Number(text);
	if (!(number >= 1 && number <= 20)) throw new InvalidArgumentError('It must be a number from 1 to 20.');
	return number;
}

async function prove(
	{only, keep, rebuild, jobs, patience}: Options,
	{clock}: Io,
	tell: Tell,
	signal: AbortSignal,
): Promise<{readonly results: readonly Omit<CaseResult, 'folder'>[]; readonly cloudInit: string}> {
	await provideTools(['qemu-system-x86_64', 'tar'], tell, signal);
	const disk = await provideDisk(rebuild === true, tell, signal);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proof-boot-'));
	const certificate = selfSigned('proof').certificatePem;
	const cases = proofCases(certificate).filter(({id}) => only?.includes(id) ?? true);
	const atOnce = Math.min(Math.floor(jobs), cases.length);
	const cores = Math.max(1, Math.min(2, Math.floor(os.availableParallelism() / atOnce)));
	let isKept = keep === true;
	try {
		const archive = await makeArchive(folder, signal);
		const bench = {folder, disk, archive, certificate, cores, patience, tell, clock, signal};
		const results = await runAll(cases, bench, atOnce);
		isKept ||= results.some(({passed}) => !passed);
		// A path is told only where there is something behind it.
		return {results: isKept ? results : results.map(({folder: _, ...rest}) => rest), cloudInit: disk.cloudInit};
	} finally {
		if (isKept) tell(`serial logs, timelines and reports are in ${folder}`);
		else await rm(folder, {recursive: true, force: true});
	}
}

/** Runs the cases, so many at once. */
async function runAll(cases: readonly ProofCase[], bench: Bench, jobs: number): Promise<readonly CaseResult[]> {
	const waiting = [...cases];
	const results: CaseResult[] = [];
	const worker = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const result = await runCase(next, bench);
			results.push(result);
			tellResult(result, bench.tell);
		}
	};
	await Promise.all(Array.from({length: jobs}, worker));
	return results.sort((one, other) => one.case.localeCompare(other.case));
}

function tellResult({case: id, passed, seconds, problems, notes, folder}: CaseResult, tell: Tell): void {
	for (const note of notes) tell(`${id}: note: ${note}`);
	for (const problem of problems) tell(`${id}: problem: ${problem}`);
	tell(`${id}: ${passed ? 'passed' : `failed; see ${path.join(folder, 'serial.log')}`} after ${seconds} s`);
}
