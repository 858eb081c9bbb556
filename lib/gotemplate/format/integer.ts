import {type Bytes, encodeRune, isCodePoint, isPrintable, replacementCode} from '../bytes.ts';
import {type Flags, pad, paddingOf} from './flags.ts';
import {quoteRune} from './quote.ts';

/** An int or a uint8 by one of their verbs; absent where the verb is none of theirs (fmt print.go fmtInteger). */
export function formatInteger(value: bigint, signed: boolean, verb: Bytes, flags: Flags): Bytes | undefined {
	switch (verb) {
		case 'v':
			return flags.sharpV && !signed
				? inBase(value, 16, verb, {...flags, sharp: true})
				: inBase(value, 10, verb, flags);
		case 'd':
			return inBase(value, 10, verb, flags);
		case 'b':
			return inBase(value, 2, verb, flags);
		case 'o':
		case 'O':
			return inBase(value, 8, verb, flags);
		case 'x':
		case 'X':
			return inBase(value, 16, verb, flags);
		case 'c':
			return pad(encodeRune(codeOf(value)), flags);
		case 'q':
			return pad(quoteRune(codeOf(value), flags.plus ?? false), flags);
		case 'U':
			return unicode(value, flags);
		default:
			return undefined;
	}
}

/** fmt format.go fmtInteger */
function inBase(value: bigint, base: 2 | 8 | 10 | 16, verb: Bytes, flags: Flags): Bytes {
	const {plus = false, space = false, precision} = flags;
	// A precision of 0 prints nothing of a 0, not even a sign.
	if (precision === 0 && value === 0n) return paddingOf(flags.width ?? 0, {...flags, zero: false});
	const negative = value < 0n;
	const digits = (negative ? -value : value).toString(base).padStart(leastDigits(flags, negative), '0');
	const sign = negative ? '-' : plus ? '+' : space ? ' ' : '';
	const number = `${prefixOf(digits, base, verb, flags)}${digits}`;
	// Zeros to the left are digits already.
	return pad(sign + (verb === 'X' ? number.toUpperCase() : number), {...flags, zero: false});
}

function leastDigits(flags: Flags, negative: boolean): number {
	const {precision, width, zero = false, minus = false, plus = false, space = false} = flags;
	if (precision !== undefined) return precision;
	if (!zero || minus || width === undefined) return 0;
	return width - (negative || plus || space ? 1 : 0);
}

function prefixOf(digits: string, base: number, verb: Bytes, {sharp = false}: Flags): string {
	const octal = verb === 'O' ? '0o' : '';
	if (!sharp || base === 10) return octal;
	if (base === 8) return octal + (digits.startsWith('0') ? '' : '0');
	return base === 2 ? '0b' : '0x';
}

/** U+0078, with # also 'x'. A negative number is the uint64 of the same bits. */
function unicode(value: bigint, flags: Flags): Bytes {
	const code = BigInt.asUintN(64, value);
	const digits = code
		.toString(16)
		.toUpperCase()
		.padStart(Math.max(4, flags.precision ?? 0), '0');
	const shown = flags.sharp === true && code <= 0x10ffffn && isPrintable(Number(code));
	return pad(`U+${digits}${shown ? ` '${encodeRune(Number(code))}'` : ''}`, {...flags, zero: false});
}

function codeOf(value: bigint): number {
	const code = BigInt.asUintN(64, value);
	return code <= 0x10ffffn && isCodePoint(Number(code)) ? Number(code) : replacementCode;
}
