import {type Bytes, decodeRune, encodeRune, isCodePoint} from './bytes.ts';
import {Refusal} from './error.ts';

/** The bytes that a string's token stands for, quotes and escapes taken away (strconv Unquote). */
export function unquote(token: Bytes): Bytes {
	// A raw string has no carriage returns.
	if (token.startsWith('`')) return token.slice(1, -1).replaceAll('\r', '');
	let bytes = '';
	for (let at = 1; at < token.length - 1; ) {
		const character = readCharacter(token, at, '"');
		bytes += character.byte ? String.fromCharCode(character.code) : encodeRune(character.code);
		at = character.end;
	}
	return bytes;
}

/** The code point that a character's token stands for. */
export function unquoteCharacter(token: Bytes): number {
	const {code, end} = readCharacter(token, 1, "'");
	if (token.slice(end) !== "'") throw new Refusal('malformed character constant');
	return code;
}

interface Character {
	readonly code: number;
	/** Whether it is one byte rather than a character: \xff, \377. */
	readonly byte: boolean;
	/** Behind it. */
	readonly end: number;
}

const simpleEscapes: Readonly<Record<string, string>> = {
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'\\': '\\',
};

/** strconv UnquoteChar */
function readCharacter(token: Bytes, at: number, quote: string): Character {
	const first = token[at];
	if (first === undefined || first === quote) throw syntaxError();
	if (first !== '\\') {
		const {code, size} = decodeRune(token, at);
		return {code, byte: false, end: at + size};
	}
	const letter = token[at + 1] ?? '';
	if (letter === quote) return {code: quote.charCodeAt(0), byte: false, end: at + 2};
	if (Object.hasOwn(simpleEscapes, letter)) {
		return {code: (simpleEscapes[letter] ?? '').charCodeAt(0), byte: false, end: at + 2};
	}
	return readNumericEscape(token, at);
}

function readNumericEscape(token: Bytes, at: number): Character {
	const shape = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3}))/y;
	shape.lastIndex = at;
	const [all = '', byte, short, long, octal] = shape.exec(token) ?? [];
	const hex = byte ?? short ?? long;
	const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
	const isByte = byte !== undefined || octal !== undefined;
	if (!(isByte ? code <= 0xff : isCodePoint(code))) throw syntaxError();
	return {code, byte: isByte, end: at + all.length};
}

function syntaxError(): Refusal {
	return new Refusal('invalid syntax in a quoted text');
}
