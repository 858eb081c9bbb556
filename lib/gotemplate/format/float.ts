import type {Bytes} from '../bytes.ts';
import {type Flags, pad, paddingOf} from './flags.ts';
import {type FloatFormat, spellFloat} from './float-digits.ts';

/** A float64 by one of its verbs; absent where the verb is none of its (fmt print.go fmtFloat). */
export function formatFloat(value: number, verb: Bytes, flags: Flags): Bytes | undefined {
	switch (verb) {
		case 'v':
			return spell(value, 'g', undefined, flags);
		case 'b':
		case 'g':
		case 'G':
		case 'x':
		case 'X':
			return spell(value, verb, undefined, flags);
		case 'e':
		case 'E':
		case 'f':
			return spell(value, verb, 6, flags);
		case 'F':
			return spell(value, 'f', 6, flags);
		default:
			return undefined;
	}
}

/** A complex128 (fmt print.go fmtComplex): the second part always has its sign. */
export function formatComplex(real: number, imaginary: number, verb: Bytes, flags: Flags): Bytes | undefined {
	const first = formatFloat(real, verb, flags);
	const second = formatFloat(imaginary, verb, {...flags, plus: true});
	return first === undefined || second === undefined ? undefined : `(${first}${second}i)`;
}

/** fmt format.go fmtFloat */
function spell(value: number, format: FloatFormat, defaultPrecision: number | undefined, flags: Flags): Bytes {
	const {plus = false, space = false, zero = false, minus = false, width = 0} = flags;
	const precision = flags.precision ?? defaultPrecision;
	const spelled = spellFloat(value, format, precision);
	const [sign, size] = /^[+-]/.test(spelled) ? [spelled.slice(0, 1), spelled.slice(1)] : ['+', spelled];
	const shownSign = sign === '-' ? '-' : plus ? '+' : space ? ' ' : '';
	// What is no number gets no zeros, and infinity always its sign.
	if (size === 'NaN') return pad((plus || space ? shownSign : '') + size, {...flags, zero: false});
	if (size === 'Inf') return pad((shownSign || '+') + size, {...flags, zero: false});
	const digits = flags.sharp && format !== 'b' ? withPoint(size, format, precision) : size;
	const free = width - digits.length - 1;
	if (shownSign !== '' && zero && !minus && free > 0) return shownSign + paddingOf(free, flags) + digits;
	return pad(shownSign + digits, flags);
}

/** The # flag: a decimal point in any case, and the zeros that %g leaves out. */
function withPoint(number: string, format: FloatFormat, precision: number | undefined): string {
	// For %X Go takes the E for a digit's end: the hexadecimal E and the exponent's p look alike to it.
	const end = number.search(format === 'x' || format === 'X' ? /[pP]/ : /[eE]/);
	const digits = end === -1 ? number : number.slice(0, end);
	const tail = end === -1 ? '' : number.slice(end);
	const counted = ['g', 'G', 'x'].includes(format) ? (precision ?? 6) : 0;
	const significant = digits.replace('.', '').replace(/^0+/, '').length;
	const missing = counted - significant - (digits === '0' ? 1 : 0);
	return digits + (digits.includes('.') ? '' : '.') + '0'.repeat(Math.max(0, missing)) + tail;
}
