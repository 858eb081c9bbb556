import {intValue, itemsOf, stringValue, type Value} from './value.ts';

/** One turn of a range: of a slice its index, of a map its key; counting has the element only. */
export interface Turn {
	readonly key: Value | undefined;
	readonly element: Value;
}

/** The turns over a value, lazily; absent where Go cannot range over it (text/template exec.go walkRange). */
export function turnsOver(value: Value): Iterator<Turn> | undefined {
	switch (value.kind) {
		case 'invalid':
			return countTo(0n, 'int');
		case 'int':
		case 'uint8':
			return countTo(value.value, value.kind);
		case 'slice':
			return itemsOf(value)
				.map((item, n): Turn => ({key: intValue(n), element: stringValue(item)}))
				.values();
		case 'map':
			return Array.from(
				value.entries,
				([key, item]): Turn => ({key: stringValue(key), element: stringValue(item)}),
			).values();
		default:
			return undefined;
	}
}

function* countTo(end: bigint, kind: 'int' | 'uint8'): Generator<Turn, undefined> {
	for (let n = 0n; n < end; n++) yield {key: undefined, element: {kind, value: n}};
}
