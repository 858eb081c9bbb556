import type {Bytes} from './bytes.ts';
import {GoTemplateError, Refusal} from './error.ts';
import {bytesPerWork, maxWork} from './limits.ts';
import {lineAt} from './token.ts';
import type {Value} from './value.ts';

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
		if (this.#work > maxWork) this.fail('the template takes too long: it runs more than ten million steps');
	}

	/** What `make` gives, counted; its Refusal becomes an error where `at` is. */
	attempt(at: number, doing: string, make: () => Value): Value {
		try {
			const value = make();
			if (value.kind === 'string') this.spend(value.bytes.length / bytesPerWork);
			return value;
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
