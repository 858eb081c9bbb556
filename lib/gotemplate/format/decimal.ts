/** A number as 0.d₁d₂d₃… · 10^point, without zeros at its end; zero has no digits. */
export interface Decimal {
	readonly digits: string;
	readonly point: number;
}

const zero: Decimal = {digits: '', point: 0};

/** The fewest digits that only this number has; `value` is not negative. */
export function shortestDecimal(value: number): Decimal {
	if (value === 0) return zero;
	// ECMAScript asks for as few digits as necessary here, as strconv's -1 does.
	const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
	return {digits: withoutZeros(mantissa.replace('.', '')), point: Number(exponent) + 1};
}

/** All digits of the number, of which there are up to 767; `value` is not negative. */
export function exactDecimal(value: number): Decimal {
	if (value === 0) return zero;
	const {mantissa, exponent} = partsOf(value);
	// m / 2^k is m · 5^k / 10^k.
	const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
	const digits = whole.toString();
	return {digits: withoutZeros(digits), point: digits.length + Math.min(0, exponent)};
}

/** At most `count` digits, rounded half to even (strconv decimal.go Round); unlike toFixed, which rounds half up. */
export function roundDecimal({digits, point}: Decimal, count: number): Decimal {
	if (count < 0 || count >= digits.length) return {digits, point};
	if (!roundsUp(digits, count)) return {digits: withoutZeros(digits.slice(0, count)), point};
	const kept = (BigInt(`1${digits.slice(0, count)}`) + 1n).toString();
	// A carry out of the first digit makes the leading 1 a 2.
	return kept.startsWith('2') ? {digits: '1', point: point + 1} : {digits: withoutZeros(kept.slice(1)), point};
}

/** The number as mantissa · 2^exponent, the mantissa of 53 bits or fewer; `value` is positive and finite. */
export function partsOf(value: number): {readonly mantissa: bigint; readonly exponent: number} {
	const bits = new DataView(new ArrayBuffer(8));
	bits.setFloat64(0, value);
	const all = bits.getBigUint64(0);
	const biased = Number((all >> 52n) & 0x7ffn);
	const fraction = all & ((1n << 52n) - 1n);
	return biased === 0
		? {mantissa: fraction, exponent: -1074}
		: {mantissa: fraction | (1n << 52n), exponent: biased - 1075};
}

function roundsUp(digits: string, count: number): boolean {
	const halfway = digits[count] === '5' && count + 1 === digits.length;
	if (halfway) return count > 0 && Number(digits[count - 1]) % 2 === 1;
	return (digits[count] ?? '0') >= '5';
}

function withoutZeros(digits: string): string {
	return digits.replace(/0+$/, '');
}
