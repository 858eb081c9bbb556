import {type Bytes, decodeRune, isNameRune} from './bytes.ts';
import {keywordOf, type Token, type TokenKind} from './token.ts';

/** Cuts a template into tokens, one at a time, as Go does (text/template parse/lex.go). */
export class Lexer {
	readonly #input: Bytes;
	#at = 0;
	/** Where the token begins. */
	#start = 0;
	#insideAction = false;
	#openParens = 0;

	constructor(input: Bytes) {
		this.#input = input;
	}

	/** The next token; after one of kind `error` or `eof` nobody asks again. */
	next(): Token {
		this.#start = this.#at;
		return this.#insideAction ? this.#lexAction() : this.#lexText();
	}

	#lexText(): Token {
		for (;;) {
			const open = this.#input.indexOf('{{', this.#at);
			if (open === -1) return this.#lexRest();
			const inside = open + (isLeftTrim(this.#input, open + 2) ? 4 : 2);
			const end = inside === open + 4 ? this.#trimmedEnd(open) : open;
			this.#at = open;
			if (end > this.#start) return {kind: 'text', at: this.#start, text: this.#input.slice(this.#start, end)};
			if (!this.#input.startsWith('/*', inside)) return this.#enterAction(open, inside);
			const problem = this.#skipComment(inside);
			if (problem !== undefined) return problem;
		}
	}

	#lexRest(): Token {
		this.#at = this.#input.length;
		return this.#at > this.#start ? this.#token('text') : this.#token('eof');
	}

	#enterAction(open: number, inside: number): Token {
		this.#insideAction = true;
		this.#openParens = 0;
		this.#at = inside;
		return {kind: '{{', at: open, text: '{{'};
	}

	#trimmedEnd(open: number): number {
		let end = open;
		while (end > this.#start && isSpace(this.#input.charCodeAt(end - 1))) end--;
		return end;
	}

	#skipComment(inside: number): Token | undefined {
		this.#start = inside;
		const close = this.#input.indexOf('*/', inside + 2);
		if (close === -1) return this.#error('unclosed comment');
		const delimiter = this.#rightDelimiterAt(close + 2);
		if (delimiter === undefined) return this.#error('comment ends before closing delimiter');
		this.#at = this.#afterDelimiter(delimiter);
		this.#start = this.#at;
		return undefined;
	}

	/** Where the `}}` at `at` stands, and whether a trim marker is before it. */
	#rightDelimiterAt(at: number): {readonly at: number; readonly trims: boolean} | undefined {
		if (this.#input.startsWith('}}', at)) return {at, trims: false};
		const trims = isRightTrim(this.#input, at) && this.#input.startsWith('}}', at + 2);
		return trims ? {at: at + 2, trims} : undefined;
	}

	#afterDelimiter({at, trims}: {readonly at: number; readonly trims: boolean}): number {
		let after = at + 2;
		while (trims && isSpace(this.#input.charCodeAt(after))) after++;
		return after;
	}

	#lexAction(): Token {
		const delimiter = this.#rightDelimiterAt(this.#at);
		if (delimiter !== undefined && this.#openParens > 0) return this.#error('unclosed left paren');
		if (delimiter !== undefined) return this.#leaveAction(delimiter);
		if (this.#at >= this.#input.length) return this.#error('unclosed action');
		const {code, size} = decodeRune(this.#input, this.#at);
		if (isSpace(code)) return this.#lexSpace();
		const character = String.fromCodePoint(code);
		if (/[\d+-]/.test(character) || (character === '.' && this.#numberFollows())) return this.#lexNumber();
		if (isNameRune(code)) return this.#lexIdentifier();
		this.#at += size;
		return this.#lexMark(character);
	}

	#leaveAction(delimiter: {readonly at: number; readonly trims: boolean}): Token {
		this.#insideAction = false;
		this.#at = this.#afterDelimiter(delimiter);
		return {kind: '}}', at: delimiter.at, text: '}}'};
	}

	/** Whether the `.` here begins a number; at the very end Go takes it for one, too. */
	#numberFollows(): boolean {
		const next = this.#input[this.#at + 1];
		return next === undefined || /\d/.test(next);
	}

	#lexMark(character: string): Token {
		switch (character) {
			case '=':
			case '|':
				return this.#token(character);
			case ':':
				if (this.#input[this.#at++] !== '=') return this.#error('expected :=');
				return this.#token(':=');
			case '"':
				return this.#lexQuoted('"', 'string', 'unterminated quoted string');
			case "'":
				return this.#lexQuoted("'", 'character', 'unterminated character constant');
			case '`':
				return this.#lexRawString();
			case '$':
			case '.':
				return this.#lexName(character === '$' ? 'variable' : 'field');
			case '(':
				this.#openParens++;
				return this.#token('(');
			case ')':
				if (--this.#openParens < 0) return this.#error('unexpected right paren');
				return this.#token(')');
			default:
				return /[!-~]/.test(character)
					? this.#token('other')
					: this.#error(`unrecognized character ${codeOf(character)}`);
		}
	}

	#lexSpace(): Token {
		while (isSpace(this.#input.charCodeAt(this.#at))) this.#at++;
		// The last space may belong to a ` -}}`.
		const delimiter = this.#rightDelimiterAt(this.#at - 1);
		if (delimiter?.trims !== true) return this.#token('space');
		this.#at--;
		return this.#at > this.#start ? this.#token('space') : this.#leaveAction(delimiter);
	}

	#lexIdentifier(): Token {
		this.#skipName();
		const word = this.#input.slice(this.#start, this.#at);
		if (!this.#atTerminator()) return this.#badCharacter();
		if (word === 'true' || word === 'false') return this.#token('bool');
		return this.#token(keywordOf(word) ?? 'identifier');
	}

	#lexName(kind: 'variable' | 'field'): Token {
		if (this.#atTerminator()) return this.#token(kind === 'field' ? 'dot' : kind);
		this.#skipName();
		return this.#atTerminator() ? this.#token(kind) : this.#badCharacter();
	}

	#skipName(): void {
		while (this.#at < this.#input.length) {
			const {code, size} = decodeRune(this.#input, this.#at);
			if (!isNameRune(code)) return;
			this.#at += size;
		}
	}

	/** Whether a name may end here. */
	#atTerminator(): boolean {
		const next = this.#input[this.#at];
		return next === undefined || /[ \t\r\n.,|:()]/.test(next) || this.#input.startsWith('}}', this.#at);
	}

	#badCharacter(): Token {
		const {code} = decodeRune(this.#input, this.#at);
		return this.#error(`bad character ${codeOf(String.fromCodePoint(code))}`);
	}

	#lexQuoted(quote: string, kind: TokenKind, problem: string): Token {
		for (;;) {
			let next = this.#input[this.#at++];
			if (next === quote) return this.#token(kind);
			if (next === '\\') next = this.#input[this.#at++];
			if (next === undefined || next === '\n') return this.#error(problem);
		}
	}

	#lexRawString(): Token {
		const close = this.#input.indexOf('`', this.#at);
		if (close === -1) return this.#error('unterminated raw quoted string');
		this.#at = close + 1;
		return this.#token('raw-string');
	}

	#lexNumber(): Token {
		const good = this.#scanNumber();
		const sign = this.#input[this.#at];
		if (!good) return this.#badNumber();
		if (sign !== '+' && sign !== '-') return this.#token('number');
		// 1+2i: no spaces, and an i at its end.
		const pair = this.#scanNumber() && this.#input[this.#at - 1] === 'i';
		return pair ? this.#token('complex') : this.#badNumber();
	}

	/** Takes what may be a number. It also takes some that are none (0x0.2, 089): parse-number.ts notices. */
	#scanNumber(): boolean {
		const hex = /[+-]?0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?i?/y;
		const octal = /[+-]?0[oO][0-7_]*(?:\.[0-7_]*)?i?/y;
		const binary = /[+-]?0[bB][01_]*(?:\.[01_]*)?i?/y;
		const decimal = /[+-]?[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?i?/y;
		for (const shape of [hex, octal, binary, decimal]) {
			shape.lastIndex = this.#at;
			if (!shape.test(this.#input)) continue;
			this.#at = shape.lastIndex;
			break;
		}
		return this.#at >= this.#input.length || !isNameRune(decodeRune(this.#input, this.#at).code);
	}

	#badNumber(): Token {
		return this.#error(`bad number syntax: ${JSON.stringify(this.#input.slice(this.#start, this.#at).slice(0, 40))}`);
	}

	#token(kind: TokenKind): Token {
		return {kind, at: this.#start, text: this.#input.slice(this.#start, this.#at)};
	}

	#error(text: string): Token {
		return {kind: 'error', at: this.#start, text};
	}
}

function isSpace(code: number): boolean {
	return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

function isLeftTrim(input: Bytes, at: number): boolean {
	return input[at] === '-' && isSpace(input.charCodeAt(at + 1));
}

function isRightTrim(input: Bytes, at: number): boolean {
	return isSpace(input.charCodeAt(at)) && input[at + 1] === '-';
}

function codeOf(character: string): string {
	return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
