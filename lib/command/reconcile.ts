import {type Fault, isFault} from '../fault.ts';
import type {Logger} from '../log/logger.ts';
import type {Observed} from '../runner/observed.ts';
import type {Step} from '../runner/step.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';

/** What the loop looks at and acts on. */
export interface World {
	/** Looks, as closely as what has happened since the last look demands. */
	observe(): Promise<Observed>;
	act(step: Step): Promise<void>;
	/** Tells the world that a step failed: what is seen next has to be looked up anew. */
	recordFailure(step: Step, fault: Fault): void;
}

/** What the loop waits and tells with. */
export interface LoopTools {
	readonly clock: Clock;
	readonly deadline: Deadline;
	readonly logger: Logger;
	/** From 0 to 1: spreads the waits of many processes. */
	readonly random: () => number;
}

/** The planner: from what is seen to the next steps, none when all is as it should be. */
export type Plan = (seen: Observed) => readonly Step[];

const shortestPauseMs = 100;
const longestPauseMs = 3000;
// A pveproxy that restarts, or a node that boots, is back by then; who waits longer only keeps GARM from telling it.
const longestSilenceMs = 120_000;
const fewestSilences = 3;

/**
 * Observes, takes the next steps, and looks again, until no step is left; gives what was seen last. A fault that a
 * later try can mend (`busy`, `unreachable`, a VM that moved) only leads to another look; every other one ends the
 * loop, and so do the deadline and two minutes in which one and the same thing is not to be reached.
 */
export async function reconcile(world: World, next: Plan, tools: LoopTools): Promise<Observed> {
	const {clock, deadline, random} = tools;
	let pauseMs = shortestPauseMs;
	let silence = {of: '', times: 0, since: 0};
	for (;;) {
		const round = await takeRound(world, next, tools);
		if ('settled' in round) return round.settled;
		const of = round.silence?.message ?? '';
		silence = of === silence.of ? {...silence, times: silence.times + 1} : {of, times: 1, since: clock.now()};
		const isLong = silence.times >= fewestSilences && clock.now() - silence.since >= longestSilenceMs;
		if (round.silence !== undefined && isLong) throw round.silence;
		deadline.check(round.waitsFor ?? 'the next step');
		if (round.waitsFor === undefined) {
			pauseMs = shortestPauseMs;
			continue;
		}
		await clock.sleep(Math.min(pauseMs * (0.5 + random()), deadline.remainingMs()), deadline.stop);
		pauseMs = Math.min(pauseMs * 2, longestPauseMs);
	}
}

type Round =
	| {readonly settled: Observed}
	/** `silence`: what could not be reached. */
	| {readonly waitsFor: string | undefined; readonly silence: Fault | undefined};

async function takeRound(world: World, next: Plan, {logger}: LoopTools): Promise<Round> {
	let seen: Observed;
	try {
		seen = await world.observe();
	} catch (error) {
		if (!isFault(error, 'busy', 'unreachable') || !isMendable(error)) throw error;
		return {waitsFor: error.message, silence: isFault(error, 'unreachable') ? error : undefined};
	}
	const steps = next(seen);
	if (steps.length === 0) return {settled: seen};
	const outcomes = await Promise.allSettled(steps.map((step) => takeStep(world, step, logger)));
	const faults: unknown[] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
	const final = faults.find((fault) => !isMendable(fault));
	if (final !== undefined) throw final;
	const waits = steps.flatMap((step) => (step.do === 'wait' ? [step.why] : []));
	const reasons = [...faults.flatMap((fault) => (isFault(fault) ? [fault.message] : [])), ...waits];
	const silence = faults.find((fault) => isFault(fault, 'unreachable')) as Fault | undefined;
	return {waitsFor: reasons.length === 0 ? undefined : reasons.join('; '), silence};
}

async function takeStep(world: World, step: Step, logger: Logger): Promise<void> {
	const fields = {...('vmid' in step ? {vmid: step.vmid} : {}), ...('node' in step ? {node: step.node} : {})};
	if (step.do === 'wait') logger.debug('waiting', {why: step.why});
	else logger.info(`${step.do} begins`, fields);
	try {
		await world.act(step);
	} catch (error) {
		if (isFault(error)) {
			world.recordFailure(step, error);
			logger.warn(`${step.do} failed`, {...fields, why: error.message});
		}
		throw error;
	}
	if (step.do !== 'wait') logger.info(`${step.do} done`, fields);
}

// PVE refuses the last two for good, and the planner has another way.
const mendableCodes = ['busy', 'unreachable', 'not-found'];
const mendableKinds = ['linked-clone-unsupported', 'tags-forbidden'];

function isMendable(fault: unknown): boolean {
	// A certificate that is not trusted will not be trusted later.
	if (isFault(fault) && fault.facts.kind === 'tls') return false;
	return isFault(fault) && (mendableCodes.includes(fault.code) || mendableKinds.includes(String(fault.facts.kind)));
}
