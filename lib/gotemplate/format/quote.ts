import {type Bytes, decodeRune, encodeRune, isPrintable} from '../bytes.ts';

/** A double-quoted Go string; with `ascii` nothing in it is beyond ASCII (strconv Quote, QuoteToASCII). */
export function quote(bytes: Bytes, ascii: boolean): Bytes {
	let text = '"';
	for (let at = 0; at < bytes.length; ) {
		const {code, size} = decodeRune(bytes, at);
		// What is no UTF-8 is one byte long, and U+FFFD itself three.
		text += size === 1 && code > 0x7f ? `\\x${hex(bytes.charCodeAt(at), 2)}` : escaped(code, '"', ascii);
		at += size;
	}
	return `${text}"`;
}

/** A single-quoted Go character (strconv QuoteRune). */
export function quoteRune(code: number, ascii: boolean): Bytes {
	return `'${escaped(code, "'", ascii)}'`;
}

/** Whether a raw string could hold the bytes (strconv CanBackquote). */
export function canBackquote(bytes: Bytes): boolean {
	for (let at = 0; at < bytes.length; ) {
		const {code, size} = decodeRune(bytes, at);
		at += size;
		if (size > 1 && code !== 0xfeff) continue;
		if (size > 1 || code > 0x7f || (code < 0x20 && code !== 0x09) || code === 0x60 || code === 0x7f) return false;
	}
	return true;
}

const namedEscapes: Readonly<Record<number, string>> = {
	7: '\\a',
	8: '\\b',
	9: '\\t',
	10: '\\n',
	11: '\\v',
	12: '\\f',
	13: '\\r',
};

function escaped(code: number, mark: string, ascii: boolean): Bytes {
	const character = String.fromCodePoint(code);
	if (character === mark || character === '\\') return `\\${character}`;
	if (isPrintable(code) && (!ascii || code < 0x80)) return encodeRune(code);
	const named = namedEscapes[code];
	if (named !== undefined) return named;
	if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
	return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
	return code.toString(16).padStart(digits, '0');
}
