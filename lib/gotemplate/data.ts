import {toBytes} from './bytes.ts';
import {boolValue, intValue, stringValue, type Value} from './value.ts';

/** What a template is rendered over: a bigint is Go's int, a number its float64. */
export type GoValue = string | boolean | bigint | number | GoStruct | GoMap | GoSlice;

interface GoStruct {
	readonly kind: 'struct';
	readonly type: string;
	readonly fields: Readonly<Record<string, GoValue>>;
}

interface GoMap {
	readonly kind: 'map';
	readonly entries: Readonly<Record<string, string>>;
}

interface GoSlice {
	readonly kind: 'slice';
	readonly items: readonly string[];
}

/** A struct of the type that `type` names in Go, e.g. `cloudconfig.Params`; a field that it does not have is an error. */
export function goStruct(type: string, fields: Readonly<Record<string, GoValue>>): GoValue {
	return {kind: 'struct', type, fields};
}

/** A map[string]string; by field chain, a key that it does not have prints `<no value>`. */
export function goMap(entries: Readonly<Record<string, string>>): GoValue {
	return {kind: 'map', entries};
}

/** A []string. */
export function goSlice(items: readonly string[]): GoValue {
	return {kind: 'slice', items};
}

/** The data as a running template sees it. */
export function valueOfData(data: GoValue): Value {
	switch (typeof data) {
		case 'string':
			return stringValue(toBytes(data));
		case 'boolean':
			return boolValue(data);
		case 'bigint':
			return intValue(BigInt.asIntN(64, data));
		case 'number':
			return {kind: 'float64', value: data};
		default:
			return compositeOf(data);
	}
}

function compositeOf(data: GoStruct | GoMap | GoSlice): Value {
	switch (data.kind) {
		case 'struct': {
			const fields = Object.entries(data.fields).map(([name, each]) => [toBytes(name), valueOfData(each)] as const);
			return {kind: 'struct', type: data.type, fields: new Map(fields)};
		}
		case 'map': {
			const entries = Object.entries(data.entries).map(([key, each]) => [toBytes(key), toBytes(each)] as const);
			// Go prints and ranges over a map in the order of its keys' bytes (internal/fmtsort).
			return {kind: 'map', entries: new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))};
		}
		case 'slice': {
			const array = data.items.map(toBytes);
			return {kind: 'slice', array, start: 0, length: array.length, capacity: array.length};
		}
	}
}
