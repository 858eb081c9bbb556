import {tagsOf} from '../../lib/runner/mark.ts';
import {seedFileName} from '../../lib/runner/names.ts';
import type {ObservedSeed, ObservedVm, Power} from '../../lib/runner/observed.ts';
import {slotsOf} from '../../lib/runner/vmid.ts';
import type {SweepFacts} from '../../lib/sweep/facts.ts';
import type {SweepScope} from '../../lib/sweep/scope.ts';
import {aMark, aRunner, aVm, controller, vmidRange} from './a-vm.ts';

export const hourMs = 3_600_000;
export const now = Date.parse('2026-11-25T12:00:00Z');

interface RunnerChanges {
	readonly power?: Power;
	readonly hours?: number;
	readonly owner?: string;
	readonly pool?: string;
	readonly node?: string;
	readonly vmid?: number;
	readonly lock?: string;
	readonly moreTags?: readonly string[];
	readonly settings?: Readonly<Record<string, string>>;
}

/** A runner's VM whose notes were read, made so many hours ago. */
export function sweptVm(name: string, changes: RunnerChanges = {}): ObservedVm {
	const {power = 'running', hours = 2, owner = controller, pool = aRunner().pool, node = 'pve', lock} = changes;
	const vmid = changes.vmid ?? slotsOf(owner, name, vmidRange)[0] ?? 0;
	const created = new Date(now - hours * hourMs).toISOString();
	const mark = aMark({controller: owner, runner: name, pool, vmid, created});
	const tags = [...tagsOf(mark), ...(changes.moreTags ?? [])];
	return aVm({
		...{vmid, name, node, power, mark, tags, settings: changes.settings ?? {}},
		...(lock === undefined ? {} : {lock}),
	});
}

/** The same VM as the lists alone tell of it. */
export function unread({config: _config, mark: _mark, ...row}: ObservedVm, uptimeSeconds?: number): ObservedVm {
	return {...row, ...(uptimeSeconds === undefined ? {} : {uptimeSeconds})};
}

/** A seed that was uploaded so many hours ago. */
export function sweptSeed(name: string, hours = 2, owner = controller): ObservedSeed {
	const fileName = seedFileName(owner, name, 'c0ffee000000');
	return {node: 'pve', volumeId: `local:iso/${fileName}`, fileName, uploadedAt: (now - hours * hourMs) / 1000};
}

/** One node with these VMs on it, and nothing else. */
export function someSweepFacts(vms: readonly ObservedVm[], changes: Partial<SweepFacts> = {}): SweepFacts {
	return {now, online: ['pve'], rows: vms, vms, unsure: [], seeds: [], disks: [], cloning: [], ...changes};
}

/** A sweep of everything older than an hour that nobody vouches for. */
export function aScope(changes: Partial<SweepScope> = {}): SweepScope {
	return {controller, vmidRange, olderThanMs: hourMs, includeSuspects: false, ...changes};
}

/** What GARM knows, said this very moment. */
export function knows(...names: readonly string[]): Pick<SweepScope, 'known'> {
	return {known: {names: new Set(names), at: now}};
}
