import {Fault, messageOf} from '../fault.ts';
import {controllerSeedPrefix} from '../runner/names.ts';
import type {Inventory} from '../runner/observed.ts';
import {deadCloneFault, shownAs} from '../runner/whose.ts';
import {deleteInstance, type RunnerPlace} from './delete-instance.ts';
import {findSeeds} from './find-seeds.ts';
import {inGroups} from './in-groups.ts';
import {onlineNodes} from './look.ts';
import {refuseUnsure, type Survey, surveyController} from './survey.ts';
import type {CommandTools} from './tools.ts';

const pauseMs = 500;
const mostRounds = 5;

/**
 * Removes every VM and every seed of a controller, wherever in the cluster they are. `budgetMs` is granted anew with
 * each VM that is gone. Throws where anything is left, with every reason.
 */
export async function removeAllInstances(
	scope: Omit<RunnerPlace, 'name'>,
	tools: CommandTools,
	budgetMs: number,
): Promise<void> {
	await awaitClones(tools);
	const failures = new Map<string, string>();
	const survey = await removeRunners(scope, tools, budgetMs, failures);
	for (const vm of survey.halfMade) {
		tools.logger.warn('a half-made clone may be ours', {why: deadCloneFault(vm).message});
	}
	if (survey.vms.length === 0) await removeSeeds(scope, survey.inventory, tools);
	if (failures.size > 0) throw leftovers(failures);
	refuseUnsure(survey);
}

/** Removes the runners until a survey finds none but those that stay; gives that survey, and why in `failures`. */
async function removeRunners(
	scope: Omit<RunnerPlace, 'name'>,
	tools: CommandTools,
	budgetMs: number,
	failures: Map<string, string>,
): Promise<Survey> {
	for (let round = 1; ; round++) {
		const survey = await surveyController(scope.controller, scope.vmidRange, 'everywhere', tools);
		const vmids = new Map<string, number[]>();
		for (const vm of survey.vms) {
			const {name} = shownAs(vm);
			if (!failures.has(name)) vmids.set(name, [...(vmids.get(name) ?? []), vm.vmid]);
		}
		if (round > mostRounds) for (const name of vmids.keys()) failures.set(name, 'It comes back after each removal.');
		if (vmids.size === 0 || round > mostRounds) return survey;
		await inGroups([...vmids], async ([name, seenAt]) => {
			await deleteInstance({...scope, name, seenAt}, tools).catch((error: unknown) => {
				failures.set(name, messageOf(error));
			});
			tools.deadline.renew(budgetMs);
		});
	}
}

async function removeSeeds(
	{controller, seed}: Omit<RunnerPlace, 'name'>,
	inventory: Inventory,
	{cluster, logger}: CommandTools,
): Promise<void> {
	const seeds = await findSeeds(cluster, inventory, seed.storage, controllerSeedPrefix(controller), logger);
	await inGroups(seeds, ({node, volumeId}) => cluster.removeSeed(node, volumeId));
}

/** A clone shows neither name nor notes while it is made: waits for those that run at this moment. */
async function awaitClones({cluster, clock, deadline}: CommandTools): Promise<void> {
	const nodes = onlineNodes(await cluster.inventory());
	const first = (await cluster.activeClones(nodes)).map(({id}) => id);
	let open = first;
	while (open.length > 0) {
		deadline.check('clones that are being made');
		await clock.sleep(pauseMs);
		const active = (await cluster.activeClones(nodes)).map(({id}) => id);
		open = first.filter((id) => active.includes(id));
	}
}

function leftovers(failures: ReadonlyMap<string, string>): Fault {
	const reasons = [...failures].map(([name, why]) => `${name}: ${why}`);
	const count = failures.size === 1 ? '1 runner' : `${failures.size} runners`;
	return new Fault('refused', `${count} could not be removed. ${reasons.join(' ')}`, {reasons});
}
