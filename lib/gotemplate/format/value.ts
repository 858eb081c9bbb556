import type {Bytes} from '../bytes.ts';
import {Refusal} from '../error.ts';
import {bounded} from '../limits.ts';
import {itemsOf, stringValue, typeOf, type Value} from '../value.ts';
import {type Flags, pad} from './flags.ts';
import {formatComplex, formatFloat} from './float.ts';
import {formatInteger} from './integer.ts';
import {formatText} from './text.ts';

/** An argument by a verb (fmt print.go printArg); a verb that its type does not have is told as Go tells it. */
export function formatArgument(value: Value, verb: Bytes, flags: Flags): Bytes {
	if (value.kind === 'invalid') return verb === 'v' || verb === 'T' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
	switch (verb) {
		case 'T':
			return formatText(typeOf(value), 's', flags) ?? '';
		case 'p':
			if (value.kind !== 'map' && value.kind !== 'slice') return wrongVerb(value, verb, flags);
			throw new Refusal(`%p is not supported for ${typeOf(value)}: it prints an address of Go's memory`);
		case 'w':
			return wrongVerb(value, verb, flags);
		default:
			return formatValue(value, verb, flags);
	}
}

/** `%!d(string=hi)` */
function wrongVerb(value: Value, verb: Bytes, flags: Flags): Bytes {
	return `%!${verb}(${typeOf(value)}=${formatValue(value, 'v', flags)})`;
}

function formatValue(value: Value, verb: Bytes, flags: Flags): Bytes {
	switch (value.kind) {
		case 'slice':
			return formatItems(itemsOf(value).map(stringValue), verb, flags);
		case 'map':
			return formatMap(value.entries, verb, flags);
		case 'struct':
			return formatStruct(value.type, value.fields, verb, flags);
		default:
			return formatPlain(value, verb, flags) ?? wrongVerb(value, verb, flags);
	}
}

function formatPlain(value: Value, verb: Bytes, flags: Flags): Bytes | undefined {
	switch (value.kind) {
		case 'bool':
			return verb === 'v' || verb === 't' ? pad(String(value.is), flags) : undefined;
		case 'int':
		case 'uint8':
			return formatInteger(value.value, value.kind === 'int', verb, flags);
		case 'float64':
			return formatFloat(value.value, verb, flags);
		case 'complex128':
			return formatComplex(value.real, value.imaginary, verb, flags);
		case 'string':
			return formatText(value.bytes, verb, flags);
		default:
			return '<nil>';
	}
}

function formatItems(items: readonly Value[], verb: Bytes, flags: Flags): Bytes {
	const parts = items.map((item) => () => formatValue(item, verb, flags));
	return flags.sharpV ? `[]string{${joined(parts, ', ')}}` : `[${joined(parts, ' ')}]`;
}

function formatMap(entries: ReadonlyMap<Bytes, Bytes>, verb: Bytes, flags: Flags): Bytes {
	const text = (bytes: Bytes) => formatValue(stringValue(bytes), verb, flags);
	const parts = Array.from(
		entries,
		([key, value]) =>
			() =>
				`${text(key)}:${text(value)}`,
	);
	return flags.sharpV ? `map[string]string{${joined(parts, ', ')}}` : `map[${joined(parts, ' ')}]`;
}

function formatStruct(type: string, fields: ReadonlyMap<Bytes, Value>, verb: Bytes, flags: Flags): Bytes {
	const named = flags.plusV || flags.sharpV;
	const parts = Array.from(
		fields,
		([name, value]) =>
			() =>
				(named ? `${name}:` : '') + formatValue(value, verb, flags),
	);
	return flags.sharpV ? `${type}{${joined(parts, ', ')}}` : `{${joined(parts, ' ')}}`;
}

function joined(parts: readonly (() => Bytes)[], separator: string): Bytes {
	return parts.reduce((text, part, n) => bounded(text + (n === 0 ? '' : separator) + part()), '');
}
