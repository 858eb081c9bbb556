import {Refusal} from '../error.ts';
import {type SliceValue, stringValue, typeOf, type Value} from '../value.ts';

/** item[a][b]…; a key that a map does not have gives the empty string (text/template funcs.go index). */
export function index(item: Value, indexes: readonly Value[]): Value {
	if (item.kind === 'invalid') throw new Refusal('index of untyped nil');
	return indexes.reduce(indexOnce, item);
}

/** item[a:b:c] (text/template funcs.go slice); of a string it cuts bytes. */
export function slice(item: Value, indexes: readonly Value[]): Value {
	if (item.kind === 'invalid') throw new Refusal('slice of untyped nil');
	if (indexes.length > 3) throw new Refusal(`too many slice indexes: ${indexes.length}`);
	if (item.kind === 'string' && indexes.length === 3) throw new Refusal('cannot 3-index slice a string');
	if (item.kind !== 'string' && item.kind !== 'slice') throw new Refusal(`can't slice item of type ${typeOf(item)}`);
	const capacity = item.kind === 'string' ? item.bytes.length : item.capacity;
	const [from = 0, to = lengthOf(item), end = capacity] = indexes.map((each) => position(each, capacity));
	if (from > to) throw new Refusal(`invalid slice index: ${from} > ${to}`);
	if (to > end) throw new Refusal(`invalid slice index: ${to} > ${end}`);
	if (item.kind === 'string') return stringValue(item.bytes.slice(from, to));
	return {...item, start: item.start + from, length: to - from, capacity: end - from};
}

/** The length: of a string in bytes (text/template funcs.go length). */
export function lengthOf(item: Value): number {
	switch (item.kind) {
		case 'string':
			return item.bytes.length;
		case 'slice':
			return item.length;
		case 'map':
			return item.entries.size;
		default:
			throw new Refusal(`len of type ${typeOf(item)}`);
	}
}

function indexOnce(item: Value, key: Value): Value {
	switch (item.kind) {
		case 'string':
			return {kind: 'uint8', value: BigInt(item.bytes.charCodeAt(place(key, item.bytes.length)))};
		case 'slice':
			return itemAt(item, place(key, item.length));
		case 'map':
			if (key.kind !== 'string') throw new Refusal(`value has type ${typeOf(key)}; should be string`);
			return stringValue(item.entries.get(key.bytes) ?? '');
		default:
			throw new Refusal(`can't index item of type ${typeOf(item)}`);
	}
}

function itemAt({array, start}: SliceValue, at: number): Value {
	return stringValue(array[start + at] ?? '');
}

/** An index of an item that is there. */
function place(key: Value, length: number): number {
	const at = position(key, length);
	if (at === length) throw new Refusal(`index out of range: ${at}`);
	return at;
}

/** An index from 0 to `last`. */
function position(key: Value, last: number): number {
	if (key.kind !== 'int' && key.kind !== 'uint8') throw new Refusal(`cannot index slice/array with ${typeOf(key)}`);
	if (key.value < 0n || key.value > BigInt(last)) throw new Refusal(`index out of range: ${key.value}`);
	return Number(key.value);
}
