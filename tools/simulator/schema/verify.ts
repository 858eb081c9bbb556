import {badParameters} from '../refusal.ts';
import type {PveVersion} from '../world.ts';

/** Parameters as they came in: text, or several texts where one was given twice. */
export type RawParameters = Readonly<Record<string, string | readonly string[]>>;
export type Parameters = Readonly<Record<string, string>>;

/** One parameter's rule, as in PVE's JSON schema. */
export interface Rule {
	readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'list';
	readonly required?: boolean;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly maxLength?: number;
	readonly enum?: readonly string[];
	readonly pattern?: RegExp;
	/** The text of `invalid format - ...`, or nothing where the value is well formed. */
	readonly format?: (value: string, name: string, version: PveVersion) => string | undefined;
	/** Further parameters that must be given with this one. */
	readonly requires?: string;
}

export type Schema = Readonly<Record<string, Rule>>;

const unknown = 'property is not defined in schema and the schema does not allow additional properties';
const missing = 'property is missing and it is not optional';

/** The parameters as single texts, or every violation at once. JSONSchema.pm validate. */
export function verify(schema: Schema, raw: RawParameters, version: PveVersion): Parameters {
	const errors: Record<string, string> = {};
	const verified: Record<string, string> = {};
	for (const [name, value] of Object.entries(raw)) {
		const rule = schema[name];
		const text = rule === undefined ? unknown : violation(rule, name, value, version);
		if (text !== undefined) errors[name] = text;
		else verified[name] = typeof value === 'string' ? value : value.join(',');
		if (rule?.requires !== undefined && raw[rule.requires] === undefined) {
			errors[rule.requires] = requiredBy(name, version);
		}
	}
	for (const [name, rule] of Object.entries(schema)) {
		if (rule.required === true && raw[name] === undefined) errors[name] = missing;
	}
	if (Object.keys(errors).length > 0) throw badParameters(errors);
	return verified;
}

/** JSONSchema.pm validate: the two versions word it differently. */
export const requiredBy = (name: string, version: PveVersion): string =>
	version === '8.4' ? `missing property - '${name}' requires this property` : `missing property required by '${name}'`;

/** What is wrong with a value, in JSONSchema.pm check_prop's and check_type's words. */
export function violation(
	rule: Rule,
	name: string,
	value: string | readonly string[],
	version: PveVersion,
): string | undefined {
	if (typeof value !== 'string') {
		if (rule.type !== 'list') return `type check ('${rule.type}') failed - got ARRAY`;
		return violation(rule, name, value.join(','), version);
	}
	if (rule.type === 'integer' && !/^[+-]?\d+$/.test(value)) return `type check ('integer') failed - got '${value}'`;
	if (rule.type === 'number' && !/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(value)) {
		return `type check ('number') failed - got '${value}'`;
	}
	if (rule.type === 'boolean') {
		return value === '0' || value === '1' ? undefined : `type check ('boolean') failed - got '${value}'`;
	}
	return limits(rule, value) ?? formatted(rule, name, value, version);
}

function formatted(rule: Rule, name: string, value: string, version: PveVersion): string | undefined {
	const wrong = rule.format?.(value, name, version);
	return wrong === undefined ? undefined : `invalid format - ${wrong}\n`;
}

function limits(rule: Rule, value: string): string | undefined {
	if (rule.maxLength !== undefined && [...value].length > rule.maxLength) {
		return `value may only be ${rule.maxLength} characters long`;
	}
	if (rule.minimum !== undefined && Number(value) < rule.minimum) {
		return `value must have a minimum value of ${rule.minimum}`;
	}
	if (rule.maximum !== undefined && Number(value) > rule.maximum) {
		return `value must have a maximum value of ${rule.maximum}`;
	}
	if (rule.enum !== undefined && !rule.enum.includes(value)) {
		return `value '${value}' does not have a value in the enumeration '${rule.enum.join(', ')}'`;
	}
	if (rule.pattern !== undefined && !rule.pattern.test(value)) return 'value does not match the regex pattern';
	return undefined;
}
