import type * as v from 'valibot';
import {nearestWord} from './nearest.ts';

type Issue = v.BaseIssue<unknown>;

/**
 * What a schema found wrong, a sentence each: key path, what was expected, and for an unknown key the nearest known
 * one. The value itself is never in it, since it may be a secret. `schema` tells which keys are known.
 */
export function reasonsOf(issues: readonly Issue[], schema: v.GenericSchema, what: string): readonly string[] {
	// One value may break several checks that expect the same of it.
	return [...new Set(issues.flatMap((issue) => reasonsIn(issue, schema, what)))];
}

/** Whether no issue is about the key at `path` (`token.id`), something in it, or what it is in. */
export function isSound(issues: readonly Issue[], path: string): boolean {
	return issues.every((issue) => {
		const other = keysOf(issue).join('.');
		return other !== '' && !`${other}.`.startsWith(`${path}.`) && !`${path}.`.startsWith(`${other}.`);
	});
}

function reasonsIn(issue: Issue, schema: v.GenericSchema, what: string): readonly string[] {
	const keys = keysOf(issue);
	if (issue.type === 'strict_object' && issue.expected === 'never') return unknownKeys(issue, schema);
	const path = keys.length === 0 ? what : keys.map(spell).join('.');
	if (issue.received !== 'undefined') return [`${path} must be ${issue.message}.`];
	const expected = nodeAt(schema, keys)?.message;
	return [`${path} is missing${typeof expected === 'string' ? `; it must be ${expected}` : ''}.`];
}

// Valibot tells the first unknown key of an object only.
function unknownKeys(issue: Issue, schema: v.GenericSchema): readonly string[] {
	const parents = keysOf(issue).slice(0, -1);
	const known = Object.keys(nodeAt(schema, parents)?.entries ?? {});
	const given = Object.keys((issue.path?.at(-1)?.input ?? {}) as object);
	return given
		.filter((key) => !known.includes(key))
		.map((key) => {
			const near = nearestWord(key, known);
			const advice = near === undefined ? `Known keys: ${[...known].sort().join(', ')}.` : `Did you mean ${near}?`;
			return `${[...parents, key].map(spell).join('.')} is not known. ${advice}`;
		});
}

function keysOf({path}: Issue): readonly string[] {
	return path?.map(({key}) => String(key)) ?? [];
}

const longestKey = 60;

/** A key as TOML spells it in a path, and no longer than a message can take. */
function spell(key: string): string {
	const short = key.length > longestKey ? `${key.slice(0, longestKey)}…` : key;
	return /^[\w-]+$/.test(short) ? short : JSON.stringify(short);
}

interface SchemaNode {
	readonly entries?: Readonly<Record<string, SchemaNode>>;
	readonly wrapped?: SchemaNode;
	readonly value?: SchemaNode;
	readonly item?: SchemaNode;
	readonly message?: unknown;
}

/** What a schema says of the key at `path`. */
function nodeAt(schema: unknown, path: readonly string[]): SchemaNode | undefined {
	let node = bare(schema as SchemaNode);
	for (const key of path) {
		const entry = node?.entries !== undefined && Object.hasOwn(node.entries, key) ? node.entries[key] : undefined;
		node = bare(entry ?? node?.value ?? node?.item);
	}
	return node;
}

function bare(node: SchemaNode | undefined): SchemaNode | undefined {
	return node?.wrapped === undefined ? node : bare(node.wrapped);
}
