/**
 * The float64 of a Go literal, decimal or hexadecimal (strconv ParseFloat); absent where it is none, or too large.
 * Infinity and NaN have no literal.
 */
export function parseFloat64(text: string): number | undefined {
	if (text.includes('_') && !underscoresAreGood(text)) return undefined;
	const digits = text.replaceAll('_', '');
	const value = /^[+-]?0[xX]/.test(digits) ? parseHex(digits) : parseDecimal(digits);
	return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Whether each `_` is between digits, or between a base's prefix and a digit (strconv underscoreOK). */
export function underscoresAreGood(text: string): boolean {
	const unsigned = text.replace(/^[+-]/, '');
	const hex = /^0[xX]/.test(unsigned);
	const prefixed = hex || /^0[bBoO]/.test(unsigned);
	const number = prefixed ? `0${unsigned.slice(2)}` : unsigned;
	return !(hex ? /(?:^|[^\da-fA-F])_|_(?![\da-fA-F])/ : /(?:^|\D)_|_(?!\d)/).test(number);
}

function parseDecimal(text: string): number | undefined {
	return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function parseHex(text: string): number | undefined {
	const match = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/.exec(text);
	if (match === null) return undefined;
	const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
	if (whole === '' && fraction === '') return undefined;
	// Beyond this no digit of a template can bring it back; strconv stops counting at 10,000, too.
	const power = Math.max(-100_000_000, Math.min(100_000_000, Number(exponent))) - 4 * fraction.length;
	const size = scaled(BigInt(`0x0${whole}${fraction}`), power);
	return sign === '-' ? -size : size;
}

/** mantissa · 2^power, rounded half to even as IEEE 754 has it. */
function scaled(mantissa: bigint, power: number): number {
	if (mantissa === 0n) return 0;
	const length = mantissa.toString(2).length;
	if (length + power > 1025) return Number.POSITIVE_INFINITY;
	if (length + power < -1080) return 0;
	// What is left of the mantissa: 53 bits, or as many as a number this small has.
	const kept = Math.min(53, length + power + 1074);
	const drop = length - kept;
	if (drop <= 0) return times(Number(mantissa), power);
	const half = 1n << BigInt(drop - 1);
	const rest = mantissa & ((1n << BigInt(drop)) - 1n);
	const floor = mantissa >> BigInt(drop);
	const up = rest > half || (rest === half && (floor & 1n) === 1n);
	return times(Number(up ? floor + 1n : floor), power + drop);
}

/** An exact product, in steps that neither overflow nor round on the way. */
function times(value: number, power: number): number {
	let result = value;
	let left = power;
	for (; left > 1000; left -= 1000) result *= 2 ** 1000;
	for (; left < -1000; left += 1000) result *= 2 ** -1000;
	return result * 2 ** left;
}
