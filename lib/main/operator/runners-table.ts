import type {RunnerRow} from '../../sweep/runner-row.ts';
import {plainText} from './plain-text.ts';
import {counted} from './print-sweep.ts';
import type {SortKey} from './runners-command.ts';
import {spellSpan} from './span.ts';
import type {Paint} from './style.ts';

/** The columns of the table, each with its heading and what it shows of a runner. */
export const columns: readonly (readonly [heading: string, show: (row: RunnerRow) => string])[] = [
	['NAME', ({name}) => (name === '' ? '?' : name)],
	['VMID', ({vmid}) => String(vmid)],
	['NODE', ({node}) => node],
	['POOL', ({pool}) => (pool === '' ? '-' : pool)],
	['STATUS', ({status}) => status],
	['AGE', ({ageMs}) => (ageMs === undefined ? '?' : spellSpan(ageMs))],
	['LOCK', ({lock = '-'}) => lock],
	['SEED', ({seed}) => (seed ? 'yes' : 'no')],
];
const controllerColumn = ['CONTROLLER', ({controller}: RunnerRow) => controller] as const;

/** The columns for runners of one controller, or of several. */
export function columnsFor(severalControllers: boolean): typeof columns {
	return severalControllers ? [...columns, controllerColumn] : columns;
}

const colours = {running: 'green', stopped: 'yellow', paused: 'yellow', failed: 'red', unknown: 'red'} as const;

/** The runners as a table for people. */
export function printRunners(rows: readonly RunnerRow[], severalControllers: boolean, paint: Paint): string {
	if (rows.length === 0) return 'No runner is marked here.\n';
	const shown = columnsFor(severalControllers);
	const cells = rows.map((row) => shown.map(([, show]) => plainText(show(row))));
	const widths = shown.map(([heading], n) => Math.max(heading.length, ...cells.map((line) => line[n]?.length ?? 0)));
	const lay = (line: readonly string[]) =>
		line
			.map((cell, n) => cell.padEnd(widths[n] ?? 0))
			.join('  ')
			.trimEnd();
	const statusAt = shown.findIndex(([heading]) => heading === 'STATUS');
	const lines = cells.map((line, n) => {
		const status = rows[n]?.status ?? 'unknown';
		const word = line[statusAt] ?? '';
		const before = lay([...line.slice(0, statusAt), '']).length;
		const text = lay(line);
		const at = text.indexOf(word, Math.min(before, text.length));
		return at < 0 ? text : `${text.slice(0, at)}${paint(colours[status], word)}${text.slice(at + word.length)}`;
	});
	return `${paint('bold', lay(shown.map(([heading]) => heading)))}\n${lines.map((line) => `${line}\n`).join('')}\n${summarise(rows)}\n`;
}

/** `3 runners: 2 running, 1 stopped.` */
export function summarise(rows: readonly RunnerRow[]): string {
	const counts = new Map<string, number>();
	for (const {status} of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
	const parts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${count} ${status}`);
	return `${counted(rows.length, 'runner')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`;
}

/** The rows in the order that was asked for; equal ones stay by name. The oldest first, those of unknown age last. */
export function sortRunners(rows: readonly RunnerRow[], key: SortKey): readonly RunnerRow[] {
	const order: Readonly<Record<SortKey, (a: RunnerRow, b: RunnerRow) => number>> = {
		name: (a, b) => compare(a.name, b.name),
		vmid: (a, b) => a.vmid - b.vmid,
		node: (a, b) => compare(a.node, b.node),
		pool: (a, b) => compare(a.pool, b.pool),
		status: (a, b) => compare(a.status, b.status),
		age: (a, b) => (b.ageMs ?? -1) - (a.ageMs ?? -1),
		seed: (a, b) => Number(b.seed) - Number(a.seed),
	};
	return [...rows].sort(order[key]);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
