import {Fault} from '../fault.ts';

/** One object of an answer, its values not looked at yet. */
export type Row = Readonly<Record<string, unknown>>;

/** `value` as an object; throws `unreachable` where it is none. `what` names the page. */
export function readRow(value: unknown, what: string): Row {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
	throw notWhole(what, 'it is no object');
}

/** `value` as a list of objects; throws `unreachable` where it is none. */
export function readRows(value: unknown, what: string): readonly Row[] {
	if (!Array.isArray(value)) throw notWhole(what, 'it is no list');
	return value.map((each: unknown) => readRow(each, what));
}

/** The text under `key`, numbers spelled out; absent where there is none or it is empty. */
export function textIn(row: Row, key: string): string | undefined {
	const value = row[key];
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The number under `key`, also where PVE spells it as text. */
export function numberIn(row: Row, key: string): number | undefined {
	const value = row[key];
	if (typeof value === 'number') return value;
	return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** Whether the flag under `key` is set: 1, "1" or true. */
export function flagIn(row: Row, key: string): boolean {
	const value = row[key];
	return value === 1 || value === '1' || value === true;
}

/** `value`, which no row of a whole page lacks; throws `unreachable` where it is absent. */
export function required<T>(value: T | undefined, key: string, what: string): T {
	if (value === undefined) throw notWhole(what, `a row has no ${key}`);
	return value;
}

/** The Fault for an answer that lacks something PVE always sends. */
export function notWhole(what: string, why: string): Fault {
	return new Fault(
		'unreachable',
		`PVE's answer about ${what} is not whole: ${why}. Nothing is concluded from it; a later try may get all of it.`,
		{facts: {kind: 'not-whole'}},
	);
}
