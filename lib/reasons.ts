import type * as v from 'valibot';
import {nearestWord} from './nearest.ts';

type Issue = v.BaseIssue<unknown>;

/**
 * What a schema found wrong, a sentence each: key path, what was expected, and for an unknown key the nearest known
 * one. The value itself is never in it, since it may be a secret. `schema` tells which keys are known.
 */
export function reasonsOf(issues: readonly Issue[], schema: v.GenericSchema, what: string): readonly string[] {
	return issues.map((issue) => reasonOf(issue, schema, what));
}

function reasonOf(issue: Issue, schema: v.GenericSchema, what: string): string {
	const keys = (issue.path ?? []).map(({key}) => String(key));
	const path = keys.length === 0 ? what : keys.join('.');
	if (issue.type === 'strict_object' && issue.expected === 'never') {
		const known = knownKeys(schema, keys.slice(0, -1));
		const near = nearestWord(keys.at(-1) ?? '', known);
		const advice = near === undefined ? `Known keys: ${[...known].sort().join(', ')}.` : `Did you mean ${near}?`;
		return `${path} is not known. ${advice}`;
	}
	if (issue.received === 'undefined') return `${path} is missing.`;
	return `${path} must be ${issue.message}.`;
}

interface SchemaNode {
	readonly entries?: Readonly<Record<string, SchemaNode>>;
	readonly wrapped?: SchemaNode;
	readonly value?: SchemaNode;
	readonly pipe?: readonly SchemaNode[];
}

/** The keys of the object that lies at `path` in a schema. */
function knownKeys(schema: unknown, path: readonly string[]): readonly string[] {
	let node: SchemaNode | undefined = bare(schema as SchemaNode);
	for (const key of path) node = bare(node?.entries?.[key] ?? node?.value);
	return Object.keys(node?.entries ?? {});
}

function bare(node: SchemaNode | undefined): SchemaNode | undefined {
	if (node?.wrapped !== undefined) return bare(node.wrapped);
	if (node?.entries === undefined && node?.pipe?.[0] !== undefined && node.pipe[0] !== node) return bare(node.pipe[0]);
	return node;
}
