import type {Bytes} from './bytes.ts';
import {GoTemplateError, Refusal} from './error.ts';
import type {Lexer} from './lex.ts';
import {describeToken, lineAt, type Token, type TokenKind} from './token.ts';

/**
 * The tokens of one template with as much look-ahead as Go has, so that an error is on the line that Go names: that of
 * the token that was read last, by this template (text/template parse/parse.go Tree).
 */
export class TokenStream {
	readonly #input: Bytes;
	readonly #lexer: Lexer;
	/** Given back; the last one comes first. */
	readonly #ahead: Token[] = [];
	#latestAt = 0;
	/** Where the action that is being read began. */
	#actionAt: number | undefined;

	constructor(input: Bytes, lexer: Lexer) {
		this.#input = input;
		this.#lexer = lexer;
	}

	next(): Token {
		const given = this.#ahead.pop();
		if (given !== undefined) return given;
		const token = this.#lexer.next();
		this.#latestAt = token.at;
		if (token.kind === '{{') this.#actionAt = token.at;
		if (token.kind === '}}') this.#actionAt = undefined;
		return token;
	}

	/** Gives a token back: it is the next one again. */
	giveBack(token: Token): void {
		this.#ahead.push(token);
	}

	peek(): Token {
		const token = this.next();
		this.giveBack(token);
		return token;
	}

	nextNonSpace(): Token {
		for (;;) {
			const token = this.next();
			if (token.kind !== 'space') return token;
		}
	}

	/** Spaces before it are gone. */
	peekNonSpace(): Token {
		const token = this.nextNonSpace();
		this.giveBack(token);
		return token;
	}

	expect(context: string, ...kinds: readonly TokenKind[]): Token {
		const token = this.nextNonSpace();
		return kinds.includes(token.kind) ? token : this.unexpected(token, context);
	}

	unexpected(token: Token, context: string): never {
		if (token.kind !== 'error') return this.fail(`unexpected ${describeToken(token)} in ${context}`);
		const begun = this.#actionAt === undefined ? undefined : this.lineOf({at: this.#actionAt});
		const elsewhere = begun !== undefined && begun !== this.lineOf(token);
		return this.fail(token.text + (elsewhere ? ` (the action begins on line ${begun})` : ''));
	}

	/** The line that something begins on, from 1. */
	lineOf({at}: {readonly at: number}): number {
		return lineAt(this.#input, at);
	}

	fail(message: string): never {
		throw new GoTemplateError('parse', this.lineOf({at: this.#latestAt}), message);
	}

	/** What `read` gives; its Refusal becomes an error on this line. */
	reading<Result>(read: () => Result): Result {
		try {
			return read();
		} catch (error) {
			return error instanceof Refusal ? this.fail(error.message) : rethrow(error);
		}
	}
}

function rethrow(error: unknown): never {
	throw error;
}
