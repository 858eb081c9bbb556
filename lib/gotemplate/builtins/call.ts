import type {Bytes} from '../bytes.ts';
import {Refusal} from '../error.ts';
import {print, printLine} from '../format/print.ts';
import {printFormat} from '../format/printf.ts';
import {bounded} from '../limits.ts';
import {boolValue, intValue, invalid, isTrue, stringValue, typeOf, type Value} from '../value.ts';
import {index, lengthOf, slice} from './collection.ts';
import {equalsAny, isLess} from './compare.ts';
import {escapeHtml, escapeJs, escapeQuery} from './escape.ts';
import type {BuiltinName} from './names.ts';

/** How many arguments a function takes: so many, or with `more` at least so many. */
export function parametersOf(name: BuiltinName): {readonly count: number; readonly more: boolean} {
	switch (name) {
		case 'len':
		case 'not':
			return {count: 1, more: false};
		case 'ge':
		case 'gt':
		case 'le':
		case 'lt':
		case 'ne':
			return {count: 2, more: false};
		case 'html':
		case 'js':
		case 'print':
		case 'println':
		case 'urlquery':
			return {count: 0, more: true};
		default:
			return {count: 1, more: true};
	}
}

/** What a function but `and` and `or`, which need not evaluate all of them, makes of its arguments. */
export function callBuiltin(name: Exclude<BuiltinName, 'and' | 'or'>, values: readonly Value[]): Value {
	const [first = invalid, ...rest] = values;
	const [second = invalid] = rest;
	switch (name) {
		case 'call':
			throw new Refusal(first.kind === 'invalid' ? 'call of nil' : `non-function of type ${typeOf(first)}`);
		case 'eq':
			return boolValue(equalsAny(first, rest));
		case 'ne':
			return boolValue(!equalsAny(first, [second]));
		case 'lt':
			return boolValue(isLess(first, second));
		case 'le':
			return boolValue(isAtMost(first, second));
		case 'gt':
			return boolValue(!isAtMost(first, second));
		case 'ge':
			return boolValue(!isLess(first, second));
		case 'index':
			return index(first, rest);
		case 'slice':
			return slice(first, rest);
		case 'len':
			return intValue(lengthOf(first));
		case 'not':
			return boolValue(!isTrue(first));
		default:
			return stringValue(bounded(makeText(name, first, rest, values)));
	}
}

function isAtMost(a: Value, b: Value): boolean {
	return isLess(a, b) || equalsAny(a, [b]);
}

function makeText(
	name: 'html' | 'js' | 'print' | 'printf' | 'println' | 'urlquery',
	first: Value,
	rest: readonly Value[],
	all: readonly Value[],
): Bytes {
	switch (name) {
		case 'print':
			return print(all);
		case 'println':
			return printLine(all);
		case 'printf':
			return printFormat(first.kind === 'string' ? first.bytes : '', rest);
		case 'html':
			return escapeHtml(print(all.map(shown)));
		case 'js':
			return escapeJs(print(all.map(shown)));
		case 'urlquery':
			return escapeQuery(print(all.map(shown)));
	}
}

/** What the escaping functions take nil for, unlike `print` (text/template funcs.go evalArgs). */
function shown(value: Value): Value {
	return value.kind === 'invalid' ? stringValue('<no value>') : value;
}
