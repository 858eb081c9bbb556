import {Fault, isFault, messageOf} from '../fault.ts';
import {nextCreateSteps} from '../runner/create-plan.ts';
import {type LateWork, nothingLate} from '../runner/delete-plan.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import type {ObservedVm} from '../runner/observed.ts';
import {slotsOf} from '../runner/vmid.ts';
import {ownVms} from '../runner/whose.ts';
import {deleteInstance} from './delete-instance.ts';
import {passSilentNodes} from './pass-silent-nodes.ts';
import {reconcile, type World} from './reconcile.ts';
import {resolveTemplates} from './resolve-template.ts';
import {runnerWorld} from './runner-world.ts';
import type {CommandTools} from './tools.ts';

// pveproxy gives up on another node after 30 s (596), and what it had passed on is acted on all the same.
const unanswered: LateWork = {afterSeedMs: 45_000, everMs: 45_000};

export interface CreateOptions {
	/** The time for removing what was made before a failure. */
	readonly cleanupMs: number;
	/** Called when the VM has only to be started. */
	readonly beforeStart?: () => void;
}

/**
 * Gives the started VM of a runner, made by this run or by an earlier one. Where that fails after this run has acted,
 * what was made is removed within `cleanupMs`, and the fault tells what could not be.
 */
export async function createInstance(
	desired: DesiredRunner,
	tools: CommandTools,
	{cleanupMs, beforeStart}: CreateOptions,
): Promise<ObservedVm> {
	const world = worldOf(desired, tools);
	let acted = false;
	let late = nothingLate;
	const watched: World = {
		...world,
		act(step) {
			acted ||= step.do !== 'wait';
			if (step.do === 'start') beforeStart?.();
			return world.act(step);
		},
		recordFailure(step, fault) {
			if (fault.facts.kind === 'outcome-unknown') late = unanswered;
			world.recordFailure(step, fault);
		},
	};
	try {
		return await bringUp(desired, watched, tools);
	} catch (error) {
		// A run that has done nothing has nothing to remove: a runner that is there is an earlier one's, and may be at work.
		// A stop leaves no time for it.
		if (!acted || isFault(error, 'duplicate', 'stopped')) throw error;
		tools.logger.warn('create failed, cleaning up', {why: messageOf(error)});
		tools.deadline.renew(cleanupMs);
		await deleteInstance(desired, tools, late).catch((left: unknown) => {
			throw withLeftovers(error, left);
		});
		throw error;
	}
}

async function bringUp(desired: DesiredRunner, world: World, tools: CommandTools): Promise<ObservedVm> {
	const seen = await reconcile(world, (each) => nextCreateSteps(desired, each), tools);
	const [vm] = ownVms(desired, seen);
	if (vm === undefined) throw new Fault('bug', `Runner ${desired.name} was made, but is not there.`);
	return vm;
}

function worldOf(desired: DesiredRunner, tools: CommandTools): World {
	return runnerWorld(
		{
			runner: desired,
			slots: slotsOf(desired.controller, desired.name, desired.vmidRange),
			purpose: 'create',
			seedStorage: desired.seed.storage,
			async findPlaces(inventory) {
				const templates = await resolveTemplates(desired, inventory, tools);
				return {templates, inventory: await passSilentNodes(desired, templates, inventory, tools)};
			},
		},
		tools,
		desired.seed.image,
	);
}

function withLeftovers(error: unknown, left: unknown): unknown {
	if (!isFault(error)) return error;
	return new Fault(
		error.code,
		`${error.message} Cleaning up failed too, GARM's next delete goes on: ${messageOf(left)}`,
		{
			reasons: error.reasons,
			facts: error.facts,
			cause: error,
		},
	);
}
