import {rename, writeFile} from 'node:fs/promises';
import type {Config} from '../../config/config.ts';
import {readConfig} from '../../config/read.ts';
import {badRequest, isFault} from '../../fault.ts';
import {classify, unreadCandidates} from '../../sweep/classify.ts';
import type {SweepFacts} from '../../sweep/facts.ts';
import type {SweepFinding} from '../../sweep/finding.ts';
import {controllersIn, type RunnerRow, runnerRows} from '../../sweep/runner-row.ts';
import type {SweepScope} from '../../sweep/scope.ts';
import type {Surroundings} from '../connect.ts';
import type {Io} from '../io.ts';
import {createSecrets} from '../secrets.ts';
import {chooseController, nobody, surveyFleet} from '../survey-fleet.ts';
import {plainJson} from './plain-text.ts';
import {printSweep} from './print-sweep.ts';
import type {RunnersOptions} from './runners-command.ts';
import {printRunners, sortRunners} from './runners-table.ts';
import {painter} from './style.ts';

/** What is shown: the table, and what is not as it should be. */
export interface RunnersView {
	readonly controllers: readonly string[];
	readonly severalControllers: boolean;
	readonly rows: readonly RunnerRow[];
	readonly findings: readonly SweepFinding[];
}

/** Shows the runners: once, again and again, as JSON, or as a page. */
export async function runRunners(options: RunnersOptions, io: Io): Promise<void> {
	const surroundings = {io, secrets: createSecrets()};
	const config = await readConfig(options.config);
	surroundings.secrets.add(config.token.secret);
	if (options.watch !== undefined) {
		if (io.screen) return watch(options, config, surroundings);
		io.writeError('There is no terminal to watch at: this is shown once.\n');
	}
	const view = await look(options, config, surroundings);
	if (options.json) return io.writeOut(plainJson(documentOf(view)));
	if (options.html !== undefined) return writePage(options.html, view, io);
	io.writeOut(draw(view, io));
}

function documentOf({controllers, rows, findings}: RunnersView): object {
	return {controllers, runners: rows, findings};
}

async function look(options: RunnersOptions, config: Config, surroundings: Surroundings): Promise<RunnersView> {
	let controllers: readonly string[] = [];
	const facts = await surveyFleet(config, surroundings, (seen) => {
		controllers = chosen(options, seen);
		return controllers.flatMap((controller) => unreadCandidates(scopeOf(controller, options, config), seen));
	});
	const owners = controllers.length === 0 ? [nobody] : controllers;
	const found = owners.flatMap((controller) => classify(scopeOf(controller, options, config), facts));
	return {
		controllers,
		severalControllers: options.allControllers === true,
		rows: sortRunners(
			runnerRows(facts).filter(
				({controller, pool, status}) =>
					controllers.includes(controller) && (options.pool ?? pool) === pool && (options.status ?? status) === status,
			),
			options.sort,
		),
		// Without a word from GARM every runner that runs for long is a suspect; cleanup is there to ask.
		findings: found.filter(
			({kind, what}, n) =>
				kind !== 'suspect' && kind !== 'young' && found.findIndex((other) => other.what === what) === n,
		),
	};
}

function chosen({allControllers, controller}: RunnersOptions, facts: SweepFacts): readonly string[] {
	if (allControllers) return [...controllersIn(facts).keys()];
	const one = chooseController(controller, facts);
	return one === undefined ? [] : [one];
}

function scopeOf(controller: string, {olderThan, pool}: RunnersOptions, {vmidRange}: Config): SweepScope {
	return {
		...{controller, vmidRange, olderThanMs: olderThan, includeSuspects: false},
		...(pool === undefined ? {} : {pool}),
	};
}

function draw({rows, findings, severalControllers}: RunnersView, {colours}: Io): string {
	const paint = painter(colours);
	const table = printRunners(rows, severalControllers, paint);
	if (findings.length === 0) return table;
	return `${table}\n${printSweep(findings, paint, {remove: 'Left behind: garm-proxmox cleanup removes it'})}`;
}

async function writePage(file: string, view: RunnersView, io: Io): Promise<void> {
	const {runnersPage} = await import('./runners-page.ts');
	// A reader finds the old page or the whole new one.
	const beside = `${file}.${process.pid}.tmp`;
	try {
		await writeFile(beside, runnersPage(view, io.clock.now()));
		await rename(beside, file);
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest(`--html ${file}`, [`it cannot be written (${code}).`]);
	}
	io.writeError(`${file} is written.\n`);
}

const home = '\u001b[H';
const clearRest = '\u001b[J';

/** Draws the runners anew until Ctrl-C; a look that fails is told, and the next one comes. */
async function watch(options: RunnersOptions, config: Config, surroundings: Surroundings): Promise<void> {
	const {io, secrets} = surroundings;
	const seconds = typeof options.watch === 'string' ? Number(options.watch) : 5;
	const over = new AbortController();
	const resume = io.onInterrupt?.(() => over.abort());
	try {
		while (!over.signal.aborted) {
			const text = await look(options, config, surroundings).then(
				(view) => draw(view, io),
				(error: unknown) => {
					if (!isFault(error, 'unreachable', 'busy', 'timed-out')) throw error;
					return `${secrets.hide(error.message)}\n`;
				},
			);
			if (over.signal.aborted) break;
			const time = new Date(io.clock.now()).toISOString().slice(11, 19);
			io.writeOut(`${home}${clearRest}${text}\n${time} UTC, every ${seconds} s; Ctrl-C ends it.\n`);
			await io.clock.sleep(seconds * 1000, over.signal).catch(() => undefined);
		}
	} finally {
		resume?.();
	}
}
