import {type Decimal, exactDecimal, partsOf, roundDecimal, shortestDecimal} from './decimal.ts';

/** How a float64 can be spelled. */
export type FloatFormat = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/** The float64 as strconv FormatFloat spells it; without a precision as many digits as it takes. */
export function spellFloat(value: number, format: FloatFormat, precision: number | undefined): string {
	if (Number.isNaN(value)) return 'NaN';
	const negative = value < 0 || Object.is(value, -0);
	const size = Math.abs(value);
	if (!Number.isFinite(size)) return negative ? '-Inf' : '+Inf';
	return (negative ? '-' : '') + spellSize(size, format, precision);
}

function spellSize(size: number, format: FloatFormat, precision: number | undefined): string {
	switch (format) {
		case 'b':
			return spellBinary(size);
		case 'x':
		case 'X':
			return spellHex(size, format, precision);
		default:
			return precision === undefined ? spellShortest(size, format) : spellPrecise(size, format, precision);
	}
}

type DecimalFormat = Exclude<FloatFormat, 'b' | 'x' | 'X'>;

function spellShortest(size: number, format: DecimalFormat): string {
	const decimal = shortestDecimal(size);
	const {digits, point} = decimal;
	if (format === 'f') return plain(decimal, Math.max(digits.length - point, 0));
	if (format === 'e' || format === 'E') return exponential(decimal, digits.length - 1, format);
	return general(decimal, digits.length, 6, format);
}

function spellPrecise(size: number, format: DecimalFormat, precision: number): string {
	const exact = exactDecimal(size);
	if (format === 'f') return plain(roundDecimal(exact, exact.point + precision), precision);
	if (format === 'e' || format === 'E') return exponential(roundDecimal(exact, precision + 1), precision, format);
	const wanted = Math.max(precision, 1);
	const decimal = roundDecimal(exact, wanted);
	const {digits, point} = decimal;
	const limit = wanted > digits.length && digits.length >= point ? digits.length : wanted;
	return general(decimal, wanted, limit, format);
}

/** %g: like %e below 10^-4, and from 10^limit on; else like %f, without zeros at the end. */
function general(decimal: Decimal, precision: number, limit: number, format: 'g' | 'G'): string {
	const {digits, point} = decimal;
	if (point - 1 < -4 || point - 1 >= limit) {
		return exponential(decimal, Math.min(precision, digits.length) - 1, format === 'g' ? 'e' : 'E');
	}
	return plain(decimal, Math.max((precision > point ? digits.length : precision) - point, 0));
}

function exponential({digits, point}: Decimal, precision: number, letter: 'e' | 'E'): string {
	const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
	const exponent = digits === '' ? 0 : point - 1;
	return `${digits[0] ?? '0'}${fraction}${letter}${signed(exponent)}`;
}

function plain({digits, point}: Decimal, precision: number): string {
	const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
	if (precision === 0) return whole;
	const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
	return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function spellBinary(size: number): string {
	const {mantissa, exponent} = partsOf(size);
	return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

/** 0x1.yyyyp±dd (strconv ftoa.go fmtX) */
function spellHex(size: number, letter: 'x' | 'X', precision: number | undefined): string {
	const {mantissa, exponent} = hexParts(size, precision);
	// The leading digit, then 60 bits of fraction.
	const [lead = '0', ...rest] = mantissa.toString(16).padStart(16, '0');
	const all = rest.join('');
	const shown = precision === undefined ? all.replace(/0+$/, '') : all.slice(0, precision).padEnd(precision, '0');
	const text = `0x${lead}${shown === '' ? '' : `.${shown}`}p${signed(exponent)}`;
	return letter === 'X' ? text.toUpperCase() : text;
}

function hexParts(size: number, precision: number | undefined): {readonly mantissa: bigint; readonly exponent: number} {
	if (size === 0) return {mantissa: 0n, exponent: 0};
	const parts = partsOf(size);
	const shift = 61 - parts.mantissa.toString(2).length;
	const mantissa = parts.mantissa << BigInt(shift);
	const exponent = parts.exponent - shift + 60;
	if (precision === undefined || precision >= 15) return {mantissa, exponent};
	const dropped = BigInt(60 - precision * 4);
	const half = 1n << (dropped - 1n);
	const rest = mantissa & ((1n << dropped) - 1n);
	const floor = mantissa >> dropped;
	const up = rest > half || (rest === half && (floor & 1n) === 1n);
	const rounded = (up ? floor + 1n : floor) << dropped;
	return rounded >> 61n === 0n ? {mantissa: rounded, exponent} : {mantissa: rounded >> 1n, exponent: exponent + 1};
}

function signed(exponent: number): string {
	return `${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
}
