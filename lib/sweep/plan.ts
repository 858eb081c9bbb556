import type {SweepFinding} from './finding.ts';

/** One thing that goes, as data. */
export type Removal =
	| {readonly do: 'remove-runner'; readonly name: string; readonly vmids: readonly number[]}
	| {readonly do: 'remove-seed'; readonly node: string; readonly volumeId: string};

/** What goes where a person agrees: the runners first, each by its name, then the seeds that no VM is left of. */
export function planRemovals(findings: readonly SweepFinding[]): readonly Removal[] {
	const going = findings.filter(({way}) => way === 'remove');
	const runners = new Map<string, number[]>();
	for (const {runner, vmid} of going) {
		if (runner !== undefined && vmid !== undefined) runners.set(runner, [...(runners.get(runner) ?? []), vmid]);
	}
	const seeds = going.flatMap(({kind, node, volumeId}): readonly Removal[] =>
		kind === 'lost-seed' && node !== undefined && volumeId !== undefined ? [{do: 'remove-seed', node, volumeId}] : [],
	);
	return [...[...runners].map(([name, vmids]): Removal => ({do: 'remove-runner', name, vmids})), ...seeds];
}

/** Those of `agreed` that a later look would still remove: what has changed meanwhile is left alone. */
export function stillDue(agreed: readonly Removal[], later: readonly Removal[]): readonly Removal[] {
	const due = new Set(later.map((removal) => JSON.stringify(removal)));
	return agreed.filter((removal) => due.has(JSON.stringify(removal)));
}
