import path from 'node:path';
import type {Replayed} from './replay.ts';
import {count, isConforming, type Verdict} from './verdict.ts';

type Skipped = Extract<Verdict, {readonly outcome: 'skipped'}>;
type Differing = Extract<Verdict, {readonly outcome: 'differ'}>;

/** A recording's result for people: what differs and why, what was skipped and why, and how many of each. */
export function describe({folder, pveVersion, verdicts}: Replayed): string {
	const total = count(verdicts);
	const {agree, differ, skipped} = total;
	const differing = verdicts.filter((verdict): verdict is Differing => verdict.outcome === 'differ');
	const lines = [
		`${path.basename(path.resolve(folder))} (Proxmox VE ${pveVersion}): ${agree} of ${agree + differ} compared exchanges agree, ${skipped} skipped`,
		...differing.flatMap(describeDifference),
		...describeSkipped(verdicts.filter((verdict): verdict is Skipped => verdict.outcome === 'skipped')),
		...(isConforming(total) ? [] : ['  Fewer than 9 in 10 agree: the simulator is wrong here until shown otherwise.']),
	];
	return `${lines.join('\n')}\n`;
}

/** What one exchange may say; `--json` has all of it. */
const shownLines = 12;

function describeDifference({exchange, why}: Differing): readonly string[] {
	const {file, index, note, via, method, path: asked, query} = exchange;
	const where = via === undefined ? '' : ` through ${via}`;
	const beside = note === '' ? '' : ` (${note})`;
	return [
		`  differs: ${file} ${index}, ${method} ${decoded(asked)}${query === '' ? '' : `?${query}`}${where}${beside}`,
		...why.slice(0, shownLines).map((line) => `    ${line}`),
		...(why.length > shownLines ? [`    and ${why.length - shownLines} more`] : []),
	];
}

/** Task ids are read more easily than their percent signs. */
function decoded(asked: string): string {
	try {
		return decodeURIComponent(asked);
	} catch {
		return asked;
	}
}

function describeSkipped(skipped: readonly Skipped[]): readonly string[] {
	const groups = new Map<string, Skipped[]>();
	for (const verdict of skipped) {
		const key = `${verdict.name}: ${verdict.why}`;
		groups.set(key, [...(groups.get(key) ?? []), verdict]);
	}
	const byCount = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
	return byCount.map(([key, verdicts]) => `  skipped ${String(verdicts.length).padStart(3)} × ${key}`);
}

/** The same for programs: a line of JSON for each exchange that does not agree, and one for the recording. */
export function describeAsJson({folder, pveVersion, verdicts}: Replayed): string {
	const recording = path.basename(path.resolve(folder));
	const lines = verdicts.flatMap((verdict) => {
		if (verdict.outcome === 'agree') return [];
		const {exchange, ...what} = verdict;
		const {file, index, method, target, note} = exchange;
		return [{recording, file, index, method, target, note, ...what}];
	});
	return [...lines, {recording, pveVersion, ...count(verdicts)}].map((line) => `${JSON.stringify(line)}\n`).join('');
}
