import {readTags} from '../runner/mark.ts';
import {seedPrefix} from '../runner/names.ts';
import type {ObservedVm, Power} from '../runner/observed.ts';
import {shownAs} from '../runner/whose.ts';
import type {SweepFacts} from './facts.ts';

/** One runner as people see it. */
export interface RunnerRow {
	/** GARM's exact name. */
	readonly name: string;
	readonly vmid: number;
	readonly node: string;
	readonly controller: string;
	readonly pool: string;
	readonly status: Power;
	/** Since it was made where its notes were read, else as far as its seed or its uptime tell: then it may be older. */
	readonly ageMs?: number;
	readonly lock?: string;
	/** Whether a seed of it lies on the storage. */
	readonly seed: boolean;
}

/** Every runner that is marked or tagged, by name. */
export function runnerRows(facts: SweepFacts): readonly RunnerRow[] {
	return facts.vms
		.flatMap((vm) => {
			const controller = controllerOf(vm);
			if (controller === undefined) return [];
			const {name, pool} = shownAs(vm);
			const ageMs = ageOf(vm, facts);
			return [
				{
					...{name, vmid: vm.vmid, node: vm.node, controller, pool, status: vm.power},
					...(ageMs === undefined ? {} : {ageMs}),
					...(vm.lock === undefined ? {} : {lock: vm.lock}),
					seed: seedsOf(controller, name, facts).length > 0,
				},
			];
		})
		.sort((a, b) => compare(a.name, b.name) || a.vmid - b.vmid);
}

/** Whose a VM is: by its mark; by its tags where its notes were not read, or have lost the mark. */
export function controllerOf({mark, tags}: ObservedVm): string | undefined {
	return mark?.controller ?? readTags(tags)?.controller;
}

/** How old a VM is at least, in milliseconds; exact where its notes were read. */
export function ageOf(vm: ObservedVm, facts: SweepFacts): number | undefined {
	const created = Date.parse(vm.mark?.created ?? '');
	if (!Number.isNaN(created)) return Math.max(0, facts.now - created);
	const controller = controllerOf(vm);
	const uploads = controller === undefined ? [] : seedsOf(controller, shownAs(vm).name, facts);
	const bounds = uploads.flatMap(({uploadedAt}) => (uploadedAt === undefined ? [] : [facts.now - uploadedAt * 1000]));
	if (vm.uptimeSeconds !== undefined && vm.power === 'running') bounds.push(vm.uptimeSeconds * 1000);
	return bounds.length === 0 ? undefined : Math.max(0, ...bounds);
}

/** The controllers that have a runner, with how many each has, by id. */
export function controllersIn(facts: SweepFacts): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const {controller} of runnerRows(facts)) counts.set(controller, (counts.get(controller) ?? 0) + 1);
	return new Map([...counts].sort(([a], [b]) => compare(a, b)));
}

function seedsOf(controller: string, name: string, {seeds}: SweepFacts): SweepFacts['seeds'] {
	const prefix = seedPrefix(controller, name);
	return seeds.filter(({fileName}) => fileName.startsWith(prefix));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
