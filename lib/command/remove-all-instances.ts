import {Fault, messageOf} from '../fault.ts';
import {controllerSeedPrefix} from '../runner/names.ts';
import {deadCloneFault, shownAs} from '../runner/whose.ts';
import {deleteInstance, type RunnerPlace} from './delete-instance.ts';
import {findSeeds} from './find-seeds.ts';
import {onlineNodes} from './look.ts';
import {refuseUnsure, type Survey, surveyController} from './survey.ts';
import type {CommandTools} from './tools.ts';

// PVE destroys under one cluster-wide lock of user.cfg; more at once only wait for each other.
const atOnce = 4;
const pauseMs = 500;

/**
 * Removes every VM and every seed of a controller, wherever in the cluster they are. `budgetMs` is granted anew with
 * each VM that is gone. Throws where anything is left, with every reason.
 */
export async function removeAllInstances(
	scope: Omit<RunnerPlace, 'name'>,
	tools: CommandTools,
	budgetMs: number,
): Promise<void> {
	const {controller, seed} = scope;
	await awaitClones(tools);
	const failures = new Map<string, string>();
	let survey: Survey;
	for (;;) {
		survey = await surveyController(controller, scope.vmidRange, 'everywhere', tools);
		const names = [...new Set(survey.vms.map((vm) => shownAs(vm).name))].filter((name) => !failures.has(name));
		if (names.length === 0) break;
		await inGroups(names, atOnce, async (name) => {
			await deleteInstance({...scope, name}, tools).catch((error: unknown) => {
				failures.set(name, messageOf(error));
			});
			tools.deadline.renew(budgetMs);
		});
	}
	for (const vm of survey.halfMade)
		tools.logger.warn('a half-made clone may be ours', {why: deadCloneFault(vm).message});
	const {cluster, logger} = tools;
	const seeds = await findSeeds(cluster, survey.inventory, seed.storage, controllerSeedPrefix(controller), logger);
	if (survey.vms.length === 0) await inGroups(seeds, atOnce, ({node, volumeId}) => cluster.removeSeed(node, volumeId));
	if (failures.size > 0) throw leftovers(failures);
	refuseUnsure(survey);
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

async function inGroups<Item>(
	items: readonly Item[],
	size: number,
	work: (item: Item) => Promise<void>,
): Promise<void> {
	const queue = items.values();
	const worker = async () => {
		for (const item of queue) await work(item);
	};
	await Promise.all(Array.from({length: size}, worker));
}

function leftovers(failures: ReadonlyMap<string, string>): Fault {
	const reasons = [...failures].map(([name, why]) => `${name}: ${why}`);
	return new Fault('refused', `${failures.size} runners could not be removed. ${reasons.join(' ')}`, {reasons});
}
