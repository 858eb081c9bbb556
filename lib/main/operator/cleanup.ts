import {carryOut, type RemovalOutcome} from '../../command/sweep.ts';
import type {Config} from '../../config/config.ts';
import {readConfig} from '../../config/read.ts';
import {badRequest, Fault} from '../../fault.ts';
import {classify, unreadCandidates} from '../../sweep/classify.ts';
import type {SweepFacts} from '../../sweep/facts.ts';
import type {SweepFinding} from '../../sweep/finding.ts';
import {planRemovals, type Removal, stillDue} from '../../sweep/plan.ts';
import type {SweepScope} from '../../sweep/scope.ts';
import {type Surroundings, withPlainTools} from '../connect.ts';
import type {Io} from '../io.ts';
import {findKnown} from '../known.ts';
import {createSecrets} from '../secrets.ts';
import {chooseController, nobody, refuseUnknownNode, surveyFleet} from '../survey-fleet.ts';
import type {CleanupOptions} from './cleanup-command.ts';
import {demandYes} from './demand-yes.ts';
import {plainJson, plainText} from './plain-text.ts';
import {counted, printSweep} from './print-sweep.ts';
import {spellSpan} from './span.ts';
import {type Paint, painter} from './style.ts';
import {Verdict} from './verdict.ts';

/** What a look has shown, and what follows from it. */
interface Insight {
	/** Absent where no controller has anything here. */
	readonly scope?: SweepScope;
	readonly findings: readonly SweepFinding[];
	readonly removals: readonly Removal[];
}

/** Tells what is left behind, and with `apply` removes it; ends with 1 where something could not be removed. */
export async function runCleanup(options: CleanupOptions, io: Io): Promise<void> {
	if (options.apply && !options.yes && io.terminal === undefined) {
		throw new Fault(
			'refused',
			'Nobody can be asked, since there is no terminal: nothing was done. Add --yes to do it without a question, or leave out --apply to only look.',
		);
	}
	const surroundings = {io, secrets: createSecrets()};
	const config = await readConfig(options.config);
	surroundings.secrets.add(config.token.secret);
	const insight = await look(options, config, surroundings);
	const paint = painter(io.colours);
	const description = surroundings.secrets.hide(describe(insight, options, paint));
	if (!options.json) io.writeOut(description);
	// Nobody shall be asked about what is not told.
	else if (options.apply && !options.yes) io.writeError(description);
	const outcomes = options.apply ? await apply(insight, options, config, surroundings) : [];
	if (options.json) io.writeOut(plainJson(documentOf(insight, options, outcomes)));
	if (options.apply) conclude(insight, outcomes, options, surroundings);
}

async function look(options: CleanupOptions, config: Config, surroundings: Surroundings): Promise<Insight> {
	let scope: SweepScope | undefined;
	const facts = await surveyFleet(config, surroundings, async (seen) => {
		scope ??= await scopeFor(seen, options, config, surroundings);
		return scope === undefined ? [] : unreadCandidates(scope, seen);
	});
	if (scope === undefined) return {findings: [], removals: []};
	const findings = classify(scope, facts);
	return {scope, findings, removals: planRemovals(findings)};
}

async function scopeFor(
	facts: SweepFacts,
	options: CleanupOptions,
	{vmidRange}: Config,
	surroundings: Surroundings,
): Promise<SweepScope | undefined> {
	const {pool, node, name, olderThan: olderThanMs, includeSuspects = false} = options;
	const controller = chooseController(options.controller, facts);
	if (node !== undefined) refuseUnknownNode(node, facts);
	if (controller === undefined) {
		if (facts.seeds.length === 0) return nobodys(facts, {vmidRange, olderThanMs, includeSuspects});
		throw badRequest('The choice of a controller', [
			`no runner is here that names one, but ${counted(facts.seeds.length, 'seed')} on the storage. Name it with --controller.`,
		]);
	}
	const known = await findKnown(options, controller, surroundings);
	return {
		...{controller, vmidRange, olderThanMs, includeSuspects},
		...(known === undefined ? {} : {known}),
		...(pool === undefined ? {} : {pool}),
		...(node === undefined ? {} : {node}),
		...(name === undefined ? {} : {name}),
	};
}

/** A sweep of what does not say whose it is; absent where there is none. */
function nobodys(facts: SweepFacts, scope: Omit<SweepScope, 'controller'>): SweepScope | undefined {
	return facts.vms.length + facts.disks.length === 0 ? undefined : {...scope, controller: nobody};
}

function describe({scope, findings, removals}: Insight, options: CleanupOptions, paint: Paint): string {
	if (scope === undefined) return 'No runner is marked here, and no seed is left: there is nothing to clean up.\n';
	const {controller, known, olderThanMs} = scope;
	const who =
		known === undefined
			? 'what GARM knows was not asked (--known, --garm)'
			: `GARM knows ${counted(known.names.size, 'runner')}`;
	const head =
		controller === nobody
			? 'No runner is marked here.\n'
			: `Controller ${plainText(controller)}; ${who}; older than ${spellSpan(olderThanMs)}.\n`;
	if (findings.length === 0) return `${head}Nothing is left behind.\n`;
	const rest = options.apply
		? ''
		: removals.length === 0
			? '\nNothing can be removed from here.\n'
			: `\nNothing was changed. The same with --apply removes ${spellRemovals(removals)}.\n`;
	return `${head}\n${printSweep(findings, paint)}${rest}`;
}

function spellRemovals(removals: readonly Removal[]): string {
	const runners = removals.filter((removal) => removal.do === 'remove-runner').length;
	const seeds = removals.length - runners;
	return [runners > 0 ? counted(runners, 'runner') : '', seeds > 0 ? counted(seeds, 'seed') : '']
		.filter(Boolean)
		.join(' and ');
}

async function apply(
	insight: Insight,
	options: CleanupOptions,
	config: Config,
	surroundings: Surroundings,
): Promise<readonly RemovalOutcome[]> {
	const {scope, removals} = insight;
	if (scope === undefined || removals.length === 0) return [];
	const {io} = surroundings;
	if (options.yes || io.terminal === undefined) return removeAll(removals, scope, config, surroundings);
	await demandYes(io.terminal, `Remove ${spellRemovals(removals)}? [y/N] `);
	// The question may have stood there for long.
	const later = await look(options, config, surroundings);
	const due = stillDue(removals, later.removals);
	const spared = removals.length - due.length;
	if (spared > 0) io.writeError(`${counted(spared, 'thing')} changed meanwhile and stays.\n`);
	return removeAll(due, scope, config, surroundings);
}

async function removeAll(
	removals: readonly Removal[],
	{controller, vmidRange}: SweepScope,
	config: Config,
	surroundings: Surroundings,
): Promise<readonly RemovalOutcome[]> {
	const {io, secrets} = surroundings;
	const budgetMs = config.timeouts.operationMs;
	const over = new AbortController();
	const resume = io.onInterrupt?.(() => {
		over.abort();
		io.writeError('Stopping when what has begun is done. The same command goes on later.\n');
	});
	let ended = 0;
	const tell = ({removal, why}: RemovalOutcome) => {
		ended++;
		const end = why === undefined ? 'is gone' : `stays: ${why}`;
		io.writeError(secrets.hide(plainText(`[${ended}/${removals.length}] ${nameOf(removal)} ${end}`)).concat('\n'));
	};
	try {
		const scope = {controller, vmidRange, seed: {storage: config.storage.seed}};
		return await withPlainTools({config, budgetMs, clock: io.clock}, surroundings, (tools) =>
			carryOut(removals, scope, tools, {budgetMs, signal: over.signal, tell}),
		);
	} finally {
		resume?.();
	}
}

function nameOf(removal: Removal): string {
	return removal.do === 'remove-seed' ? `seed ${removal.volumeId}` : `runner ${removal.name}`;
}

function documentOf(
	{scope, findings, removals}: Insight,
	{apply}: CleanupOptions,
	outcomes: readonly RemovalOutcome[],
) {
	const tell = ({removal, why}: RemovalOutcome) => ({...removal, ...(why === undefined ? {} : {why})});
	return {
		...(scope === undefined ? {} : {controller: scope.controller, knownRunners: scope.known?.names.size ?? null}),
		applied: apply === true,
		findings,
		planned: removals,
		removed: outcomes.filter(({why}) => why === undefined).map(tell),
		failed: outcomes.filter(({why}) => why !== undefined).map(tell),
	};
}

/** Sums up what was done; throws the verdict where something is left that should be gone. */
function conclude(
	{findings, removals}: Insight,
	outcomes: readonly RemovalOutcome[],
	{json}: CleanupOptions,
	{io}: Surroundings,
): void {
	const failed = outcomes.filter(({why}) => why !== undefined).length;
	const removed = outcomes.filter(({why}) => why === undefined).map(({removal}) => removal);
	const needRoot = findings.filter(({way}) => way === 'root').length;
	const unbegun = removals.length - outcomes.length;
	const parts = [
		removed.length === 0 ? 'Nothing was removed' : `Removed: ${spellRemovals(removed)}`,
		...(failed > 0 ? [`${failed} could not be removed`] : []),
		...(unbegun > 0 ? [`${unbegun} left alone`] : []),
		...(needRoot > 0 ? [`${needRoot} for root`] : []),
	];
	if (!json) io.writeOut(`${parts.join('; ')}.\n`);
	if (failed + needRoot + unbegun > 0) throw new Verdict(1);
}
