import {maxNesting} from './limits.ts';
import type {TokenStream} from './token-stream.ts';

/** How deep the parser is inside blocks and parentheses: our own stack is smaller than Go's. */
export class Nesting {
	#depth = 0;

	enter(tokens: TokenStream): void {
		if (++this.#depth > maxNesting)
			tokens.fail(`blocks and parentheses nested more than ${maxNesting} deep are not supported`);
	}

	leave(): void {
		this.#depth--;
	}
}
