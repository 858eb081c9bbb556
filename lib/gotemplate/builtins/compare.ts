import {Refusal} from '../error.ts';
import {itemsOf, typeOf, type Value} from '../value.ts';

/** Whether `value` equals one of the others (text/template funcs.go eq). */
export function equalsAny(value: Value, others: readonly Value[]): boolean {
	if (others.length === 0) throw new Refusal('missing argument for comparison');
	return others.some((other) => equals(value, other));
}

/** Whether a < b (text/template funcs.go lt). */
export function isLess(a: Value, b: Value): boolean {
	const [kindA, kindB] = [basicKind(a), basicKind(b)];
	if (kindA === undefined || kindB === undefined) throw invalidType();
	// Integers compare whatever their signs.
	if (isInteger(a) && isInteger(b)) return a.value < b.value;
	if (kindA !== kindB) throw incompatible(a, b);
	if (a.kind === 'string' && b.kind === 'string') return a.bytes < b.bytes;
	if (a.kind === 'float64' && b.kind === 'float64') return a.value < b.value;
	throw invalidType();
}

function equals(a: Value, b: Value): boolean {
	if (isInteger(a) && isInteger(b)) return a.value === b.value;
	const kind = basicKind(a);
	if (kind !== basicKind(b)) {
		if (a.kind === 'invalid' || b.kind === 'invalid') return false;
		throw incompatible(a, b);
	}
	return kind === undefined ? equalComposites(a, b) : equalValues(a, b);
}

/** Nil, maps, slices, structs. Nothing here is a nil map or a nil slice. */
function equalComposites(a: Value, b: Value): boolean {
	if (a.kind === 'invalid' || b.kind === 'invalid') return a.kind === b.kind;
	if (a.kind !== b.kind || !isComparable(b)) throw new Refusal(`non-comparable types ${typeOf(a)} and ${typeOf(b)}`);
	return equalValues(a, b);
}

function equalValues(a: Value, b: Value): boolean {
	if (typeOf(a) !== typeOf(b)) return false;
	if (a.kind === 'struct' && b.kind === 'struct') {
		const others = [...b.fields.values()];
		return [...a.fields.values()].every((field, n) => equalValues(field, others[n] ?? field));
	}
	if (a.kind === 'complex128' && b.kind === 'complex128') return a.real === b.real && a.imaginary === b.imaginary;
	return plainOf(a) === plainOf(b);
}

function plainOf(value: Value): unknown {
	switch (value.kind) {
		case 'bool':
			return value.is;
		case 'string':
			return value.bytes;
		case 'int':
		case 'uint8':
		case 'float64':
			return value.value;
		case 'slice':
			return itemsOf(value);
		default:
			return value;
	}
}

function isComparable(value: Value): boolean {
	if (value.kind === 'struct') return [...value.fields.values()].every(isComparable);
	return value.kind !== 'map' && value.kind !== 'slice';
}

function basicKind({kind}: Value): string | undefined {
	if (kind === 'int' || kind === 'uint8') return 'integer';
	return kind === 'invalid' || kind === 'map' || kind === 'slice' || kind === 'struct' ? undefined : kind;
}

function isInteger(value: Value): value is Extract<Value, {readonly kind: 'int' | 'uint8'}> {
	return value.kind === 'int' || value.kind === 'uint8';
}

function incompatible(a: Value, b: Value): Refusal {
	return new Refusal(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
}

function invalidType(): Refusal {
	return new Refusal('invalid type for comparison');
}
