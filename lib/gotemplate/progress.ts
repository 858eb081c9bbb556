import type {Bytes} from './bytes.ts';
import {GoTemplateError, Refusal} from './error.ts';
import {maxWork} from './limits.ts';
import {lineAt} from './token.ts';

/** Where a running template is, and how much it has done: errors get their line here, and endless loops their end. */
export class Progress {
	readonly #input: Bytes;
	#at = 0;
	#work = 0;

	constructor(input: Bytes) {
		this.#input = input;
	}

	/** The line of what is executed now, from 1. */
	get line(): number {
		return lineAt(this.#input, this.#at);
	}

	/** Tells what is executed now. */
	visit({at}: {readonly at: number}): void {
		this.#at = at;
		this.spend(1);
	}

	spend(work: number): void {
		this.#work += work;
		if (this.#work > maxWork) this.fail('the template takes more than 5 million steps');
	}

	/** What `make` gives; its Refusal becomes an error where `at` is. */
	attempt<Result>(at: number, doing: string, make: () => Result): Result {
		try {
			return make();
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			this.#at = at;
			return this.fail(`${doing}: ${error.message}`);
		}
	}

	fail(message: string): never {
		throw new GoTemplateError('execute', this.line, message);
	}
}
