import {Fault, messageOf} from '../fault.ts';
import {controllerSeedPrefix} from '../runner/names.ts';
import type {DeadWork, ObservedSeed} from '../runner/observed.ts';
import {deadWorkFault, shownAs} from '../runner/whose.ts';
import {afterAnotherRun, deleteInstance, type RunnerPlace} from './delete-instance.ts';
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
	const {cluster} = tools;
	await awaitWork(tools);
	const failures = new Map<string, string>();
	let survey = await removeRunners(scope, tools, budgetMs, failures);
	let seeds = await seedsLeft(scope, survey, tools);
	const orphaned = seeds.length > 0;
	if (orphaned && survey.vms.length === 0) {
		await awaitLateClones(tools);
		survey = await removeRunners(scope, tools, budgetMs, failures);
		seeds = await seedsLeft(scope, survey, tools);
	}
	if (survey.vms.length === 0) await inGroups(seeds, ({node, volumeId}) => cluster.removeSeed(node, volumeId));
	for (const work of await remainsIn(survey, orphaned, tools)) {
		failures.set(work.vmid === undefined ? 'a VM' : `VM ${work.vmid}`, deadWorkFault(work).message);
	}
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

function seedsLeft(
	{controller, seed}: Omit<RunnerPlace, 'name'>,
	{inventory}: Survey,
	{cluster, logger}: CommandTools,
): Promise<readonly ObservedSeed[]> {
	return findSeeds(cluster, inventory, seed.storage, controllerSeedPrefix(controller), logger);
}

/**
 * What workers of our token have left, which no other VM has taken the place of since. One whose log does not tell its
 * VMID counts where a seed without a VM shows that something is missing.
 */
async function remainsIn(
	{inventory}: Survey,
	orphaned: boolean,
	{cluster}: CommandTools,
): Promise<readonly DeadWork[]> {
	const work = await cluster.deadWork(onlineNodes(inventory));
	const nameless = work.find(({vmid}) => vmid === undefined);
	const latest = new Map(work.flatMap((each) => (each.vmid === undefined ? [] : [[each.vmid, each] as const])));
	const still = await Promise.all(
		[...latest].map(async ([vmid, each]) => {
			const row = inventory.vms.find((vm) => vm.vmid === vmid);
			if (row !== undefined) return row.lock === 'clone' || row.lock === 'destroyed' ? [each] : [];
			return (await cluster.isVmidFree(vmid)) ? [] : [each];
		}),
	);
	return [...still.flat(), ...(orphaned && nameless !== undefined ? [nameless] : [])];
}

/** A seed lies there before its clone is asked for: where a seed has no VM, one may be on its way. */
async function awaitLateClones(tools: CommandTools): Promise<void> {
	const {clock, deadline} = tools;
	const end = clock.now() + afterAnotherRun.afterSeedMs;
	while (clock.now() < end) {
		await clock.sleep(pauseMs, deadline.stop);
		deadline.check('clones that may be on their way');
		await awaitWork(tools);
	}
}

/** A clone shows neither name nor notes while it is made, an upload no file: waits for those that run at this moment. */
async function awaitWork({cluster, clock, deadline}: CommandTools): Promise<void> {
	const nodes = onlineNodes(await cluster.inventory());
	const running = async () => {
		const [clones, uploads] = await Promise.all([cluster.activeClones(nodes), cluster.activeUploads(nodes)]);
		return [...clones, ...uploads].map(({id}) => id);
	};
	const first = await running();
	let open = first;
	while (open.length > 0) {
		deadline.check('clones and uploads that are being made');
		await clock.sleep(pauseMs, deadline.stop);
		const active = await running();
		open = first.filter((id) => active.includes(id));
	}
}

function leftovers(failures: ReadonlyMap<string, string>): Fault {
	const reasons = [...failures].map(([name, why]) => `${name}: ${why}`);
	const count = failures.size === 1 ? 'a runner' : `${failures.size} runners`;
	return new Fault('refused', `Unable to remove ${count} of this controller. ${reasons.join(' ')}`, {reasons});
}
