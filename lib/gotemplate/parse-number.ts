import {type Bytes, toName} from './bytes.ts';
import {Refusal} from './error.ts';
import {parseFloat64, underscoresAreGood} from './parse-float.ts';
import {unquoteCharacter} from './unquote.ts';
import {intValue, type Value} from './value.ts';

/**
 * The constant that a number's or a character's token is, with the type that its spelling gives it (text/template
 * parse/node.go newNumber, exec.go idealConstant); 'overflow' where it is an integer that only a uint64 could hold,
 * which Go finds out when it runs. Throws Refusal where it is no number.
 */
export function parseNumber(text: Bytes): Value | 'overflow' {
	if (text.startsWith("'")) return intValue(unquoteCharacter(text));
	const imaginary = text.endsWith('i') ? parseFloat64(text.slice(0, -1)) : undefined;
	if (imaginary !== undefined) return {kind: 'complex128', real: 0, imaginary};
	const integer = parseInteger(text);
	const float = integer === undefined ? parseFloat64(text) : Number(integer);
	if (float === undefined) throw new Refusal(`illegal number syntax: ${JSON.stringify(toName(text))}`);
	// A sign before the 0x hides it from Go here: -0xE is a float64.
	const looksLikeFloat = /[.eEpP]/.test(text) && !/^0[xX][^pP]+$/.test(text);
	if (looksLikeFloat) return {kind: 'float64', value: float};
	if (integer === undefined) throw new Refusal(`integer overflow: ${JSON.stringify(toName(text))}`);
	return integer > maxInt ? 'overflow' : intValue(integer);
}

/** The constant that a token such as 1+2i is. */
export function parseComplex(text: Bytes): Value {
	const part = /(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)/;
	const match = new RegExp(`^([+-]?${part.source})([+-]${part.source})i$`).exec(text);
	const real = parseFloat64(match?.[1] ?? '');
	const imaginary = parseFloat64(match?.[2] ?? '');
	if (real !== undefined && imaginary !== undefined) return {kind: 'complex128', real, imaginary};
	throw new Refusal(`illegal complex number: ${JSON.stringify(toName(text))}`);
}

const maxInt = 2n ** 63n - 1n;

/** An integer as strconv reads it with base 0: what an int64 holds, or without a sign what a uint64 holds. */
function parseInteger(text: string): bigint | undefined {
	const match = /^([+-]?)(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]*|[1-9][\d_]*)$/.exec(text);
	if (match === null || (text.includes('_') && !underscoresAreGood(text))) return undefined;
	const [, sign = '', number = ''] = match;
	const digits = number.replaceAll('_', '');
	const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
	if (sign === '') return size <= 2n ** 64n - 1n ? size : undefined;
	const value = sign === '-' ? -size : size;
	return value <= maxInt && value >= -maxInt - 1n ? value : undefined;
}
