import type {Bytes} from './bytes.ts';

/** A value while a template runs. `invalid` is Go's reflect.Value{}: nil, and what a map does not have. */
export type Value =
	| {readonly kind: 'invalid'}
	| {readonly kind: 'bool'; readonly is: boolean}
	| {readonly kind: 'int' | 'uint8'; readonly value: bigint}
	| {readonly kind: 'float64'; readonly value: number}
	| {readonly kind: 'complex128'; readonly real: number; readonly imaginary: number}
	| {readonly kind: 'string'; readonly bytes: Bytes}
	| SliceValue
	| {readonly kind: 'map'; readonly entries: ReadonlyMap<Bytes, Bytes>}
	| {readonly kind: 'struct'; readonly type: string; readonly fields: ReadonlyMap<Bytes, Value>};

/** A []string: a window on an array, as in Go; what lies between length and capacity can still be sliced. */
export interface SliceValue {
	readonly kind: 'slice';
	readonly array: readonly Bytes[];
	readonly start: number;
	readonly length: number;
	readonly capacity: number;
}

/** No value. */
export const invalid: Value = {kind: 'invalid'};

/** A Go string. */
export function stringValue(bytes: Bytes): Value {
	return {kind: 'string', bytes};
}

/** A Go int. */
export function intValue(value: number | bigint): Value {
	return {kind: 'int', value: BigInt(value)};
}

/** A Go bool. */
export function boolValue(is: boolean): Value {
	return {kind: 'bool', is};
}

/** The value's type as Go spells it (%T). */
export function typeOf(value: Value): string {
	switch (value.kind) {
		case 'invalid':
			return 'nil';
		case 'slice':
			return '[]string';
		case 'map':
			return 'map[string]string';
		case 'struct':
			return value.type;
		default:
			return value.kind;
	}
}

/** Go's truth: not the zero value; a struct is always true (text/template exec.go isTrue). */
export function isTrue(value: Value): boolean {
	switch (value.kind) {
		case 'invalid':
			return false;
		case 'bool':
			return value.is;
		case 'int':
		case 'uint8':
			return value.value !== 0n;
		case 'float64':
			return value.value !== 0;
		case 'complex128':
			return value.real !== 0 || value.imaginary !== 0;
		case 'string':
			return value.bytes !== '';
		case 'slice':
			return value.length > 0;
		case 'map':
			return value.entries.size > 0;
		case 'struct':
			return true;
	}
}

/** The texts of a slice. */
export function itemsOf({array, start, length}: SliceValue): readonly Bytes[] {
	return array.slice(start, start + length);
}
