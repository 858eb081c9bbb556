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

/**
 * Observes, takes the next steps, and looks again, until no step is left; gives what was seen last. A fault that a
 * later try can mend (`busy`, `unreachable`, a VM that moved) only leads to another look; every other one ends the
 * loop, and so does the deadline.
 */
export async function reconcile(world: World, next: Plan, tools: LoopTools): Promise<Observed> {
	const {clock, deadline, random} = tools;
	let pauseMs = shortestPauseMs;
	for (;;) {
		const round = await takeRound(world, next, tools);
		if ('settled' in round) return round.settled;
		deadline.check(round.waitsFor ?? 'the next step');
		if (round.waitsFor === undefined) {
			pauseMs = shortestPauseMs;
			continue;
		}
		await clock.sleep(Math.min(pauseMs * (0.5 + random()), deadline.remainingMs()));
		pauseMs = Math.min(pauseMs * 2, longestPauseMs);
	}
}

type Round = {readonly settled: Observed} | {readonly waitsFor: string | undefined};

async function takeRound(world: World, next: Plan, {logger}: LoopTools): Promise<Round> {
	let seen: Observed;
	try {
		seen = await world.observe();
	} catch (error) {
		if (!isFault(error, 'busy')) throw error;
		return {waitsFor: error.message};
	}
	const steps = next(seen);
	if (steps.length === 0) return {settled: seen};
	const outcomes = await Promise.allSettled(steps.map((step) => takeStep(world, step, logger)));
	const faults: unknown[] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
	const final = faults.find((fault) => !isMendable(fault));
	if (final !== undefined) throw final;
	const waits = steps.flatMap((step) => (step.do === 'wait' ? [step.why] : []));
	const reasons = [...faults.flatMap((fault) => (isFault(fault) ? [fault.message] : [])), ...waits];
	return {waitsFor: reasons.length === 0 ? undefined : reasons.join('; ')};
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
	return isFault(fault) && (mendableCodes.includes(fault.code) || mendableKinds.includes(String(fault.facts.kind)));
}
