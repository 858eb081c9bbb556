import type {Bytes} from './bytes.ts';
import type {Value} from './value.ts';

/** The variables of one template, the innermost last (text/template exec.go state.vars). */
export class Variables {
	readonly #stack: {readonly name: Bytes; value: Value}[];

	constructor(dollar: Value) {
		this.#stack = [{name: '$', value: dollar}];
	}

	/** How many there are: `shrinkTo` takes the later ones away. */
	get size(): number {
		return this.#stack.length;
	}

	declare(name: Bytes, value: Value): void {
		this.#stack.push({name, value});
	}

	shrinkTo(size: number): void {
		this.#stack.length = size;
	}

	/** Absent where nobody has declared it on the way here. */
	get(name: Bytes): Value | undefined {
		return this.#find(name)?.value;
	}

	/** Whether there is such a variable to assign to. */
	set(name: Bytes, value: Value): boolean {
		const variable = this.#find(name);
		if (variable === undefined) return false;
		variable.value = value;
		return true;
	}

	/** Gives the `n`th variable from the end a value. */
	setFromEnd(n: number, value: Value): void {
		const variable = this.#stack.at(-n);
		if (variable !== undefined) variable.value = value;
	}

	#find(name: Bytes): {readonly name: Bytes; value: Value} | undefined {
		return this.#stack.findLast((variable) => variable.name === name);
	}
}
