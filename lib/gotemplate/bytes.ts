/**
 * A Go string: every UTF-16 unit of it is one byte of UTF-8, so that lengths, indexes, slices and the order are Go's.
 */
export type Bytes = string;

/** A code point as Go reads it; what is no UTF-8 is U+FFFD, one byte long (unicode/utf8 DecodeRune). */
export interface Rune {
	readonly code: number;
	readonly size: number;
}

/** What Go puts in the place of what is no character. */
export const replacementCode = 0xfffd;
const broken: Rune = {code: replacementCode, size: 1};

/** The UTF-8 bytes of a text; half a surrogate pair becomes U+FFFD. */
export function toBytes(text: string): Bytes {
	return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that the bytes are in UTF-8; absent where they are none. */
export function toText(bytes: Bytes): string | undefined {
	try {
		return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(bytes, 'latin1'));
	} catch {
		return undefined;
	}
}

/** The bytes as a text for people, cut where it is long. */
export function toName(bytes: Bytes): string {
	const text = Buffer.from(bytes, 'latin1').toString('utf8');
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The code point that begins at `at`, which is within the bytes. */
export function decodeRune(bytes: Bytes, at: number): Rune {
	const first = bytes.charCodeAt(at);
	if (first < 0x80) return {code: first, size: 1};
	if (first < 0xc2 || first > 0xf4) return broken;
	const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	let code = first & (0xff >> (size + 1));
	for (let n = 1; n < size; n++) {
		const next = bytes.charCodeAt(at + n);
		// Past the end it is NaN, which is in no range.
		if (!(next >= 0x80 && next < 0xc0)) return broken;
		code = (code << 6) | (next & 0x3f);
	}
	const tooLong = (size === 3 && code < 0x800) || (size === 4 && code < 0x10000);
	return tooLong || !isCodePoint(code) ? broken : {code, size};
}

/** The UTF-8 of a code point, and of U+FFFD for what is none. */
export function encodeRune(code: number): Bytes {
	return code < 0x80 && code >= 0 ? String.fromCharCode(code) : toBytes(characterOf(code));
}

/** How many characters the bytes are; each byte that is no UTF-8 counts as one. */
export function countRunes(bytes: Bytes): number {
	let count = 0;
	for (let at = 0; at < bytes.length; at += decodeRune(bytes, at).size) count++;
	return count;
}

/** Whether a number is a Unicode code point other than half a surrogate pair (unicode/utf8 ValidRune). */
export function isCodePoint(code: number): boolean {
	return (code >= 0 && code < 0xd800) || (code > 0xdfff && code <= 0x10ffff);
}

/** Whether Go calls the code point printable: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(code: number): boolean {
	if (code < 0x7f) return code >= 0x20;
	return isCodePoint(code) && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(code));
}

/** Whether the code point may be in a name: a letter, a decimal digit or `_` (text/template parse/lex.go). */
export function isNameRune(code: number): boolean {
	if (code < 0x80) return /\w/.test(String.fromCharCode(code));
	return /[\p{L}\p{Nd}]/u.test(characterOf(code));
}

function characterOf(code: number): string {
	return String.fromCodePoint(isCodePoint(code) ? code : replacementCode);
}
