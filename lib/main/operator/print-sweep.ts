import type {SweepFinding, Way} from '../../sweep/finding.ts';
import {plainText} from './plain-text.ts';
import {spellSpan} from './span.ts';
import {type Paint, wrap} from './style.ts';

const titles: Readonly<Record<Way, string>> = {
	remove: 'Goes',
	suspect: 'Suspect: goes with --include-suspects',
	root: 'Only root can do something about it',
	keep: 'Stays',
};
const looks = {remove: 'red', suspect: 'yellow', root: 'yellow', keep: 'dim'} as const;
const width = 110;

/** What a sweep has found, for people: by what becomes of it; then the lines for root, node by node. */
export function printSweep(
	findings: readonly SweepFinding[],
	paint: Paint,
	heads: Partial<typeof titles> = {},
): string {
	const parts = (['remove', 'suspect', 'root', 'keep'] as const).map((way) => {
		const own = findings.filter((finding) => finding.way === way);
		if (own.length === 0) return '';
		const title = `${{...titles, ...heads}[way]} (${own.length})`;
		return `${paint('bold', title)}\n${own.map((each) => drawOne(each, paint)).join('')}`;
	});
	return parts.join('') + printRootLines(findings, paint);
}

function drawOne({kind, way, what, why, ageMs}: SweepFinding, paint: Paint): string {
	const age = ageMs === undefined ? '' : `, ${spellSpan(ageMs)} old`;
	const reason = wrap(plainText(why), width, ' '.repeat(14));
	return `  ${paint(looks[way], kind.padEnd(10))}  ${plainText(what)}${age}\n${paint('dim', reason.trimEnd())}\n`;
}

function printRootLines(findings: readonly SweepFinding[], paint: Paint): string {
	const nodes = [
		...new Set(findings.flatMap(({mend, node}) => (mend === undefined || node === undefined ? [] : [node]))),
	];
	return nodes
		.sort()
		.map((node) => {
			const lines = findings
				.filter((finding) => finding.node === node)
				.flatMap(({mend = [], what}) => mend.map((line) => `  ${line}  # ${plainText(what)}\n`));
			return `${paint('bold', `On node ${node}, as root, after a look:`)}\n${lines.join('')}`;
		})
		.join('');
}

/** `1 runner`, `2 runners`. */
export function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}
