import {type Bytes, decodeRune, encodeRune} from '../bytes.ts';
import type {Value} from '../value.ts';
import type {Flags} from './flags.ts';

/** A `%` with what belongs to it, read over the arguments. */
export interface Directive {
	/** The byte behind it. */
	readonly end: number;
	/** The argument for the next directive. */
	readonly argument: number;
	/** Whether it names its argument, as %[2]d does. */
	readonly indexed: boolean;
	/** Whether every index that it names is one. */
	readonly goodIndex: boolean;
	/** What is wrong with its width or precision, to be printed before it. */
	readonly problems: Bytes;
	readonly flags: Flags;
	/** Absent where the format ends before it. */
	readonly verb: Bytes | undefined;
}

/** Reads the directive whose `%` is before `start` (fmt print.go doPrintf); `argument` is the next one in turn. */
export function readDirective(format: Bytes, start: number, argument: number, values: readonly Value[]): Directive {
	const reader = new DirectiveReader(format, start, argument, values);
	return reader.read();
}

class DirectiveReader {
	readonly #format: Bytes;
	readonly #values: readonly Value[];
	#at: number;
	#argument: number;
	#indexed = false;
	#goodIndex = true;
	#problems = '';
	/** Whether the last thing read is an index: a number must not follow it. */
	#afterIndex = false;

	constructor(format: Bytes, start: number, argument: number, values: readonly Value[]) {
		this.#format = format;
		this.#at = start;
		this.#argument = argument;
		this.#values = values;
	}

	read(): Directive {
		const marks = this.#readMarks();
		this.#readIndex();
		const width = this.#readWidth();
		const precision = this.#readPrecision();
		if (!this.#afterIndex) this.#readIndex();
		const verb = this.#readVerb();
		return {
			end: this.#at,
			argument: this.#argument,
			indexed: this.#indexed,
			goodIndex: this.#goodIndex,
			problems: this.#problems,
			flags: flagsOf(marks, width, precision, verb),
			verb,
		};
	}

	#readMarks(): string {
		const marks = /[#0+\- ]*/y;
		marks.lastIndex = this.#at;
		const [text = ''] = marks.exec(this.#format) ?? [];
		this.#at += text.length;
		return text;
	}

	/** `[3]` */
	#readIndex(): void {
		this.#afterIndex = this.#format[this.#at] === '[';
		if (!this.#afterIndex) return;
		this.#indexed = true;
		// Behind the bracket there must be room for a number and its end.
		const close = this.#format.length - this.#at < 3 ? -1 : this.#format.indexOf(']', this.#at);
		const number = close === -1 ? undefined : readNumber(this.#format.slice(this.#at + 1, close));
		this.#at = close === -1 ? this.#at + 1 : close + 1;
		// An index that is a number, though none of an argument, still counts as one for what follows it.
		this.#afterIndex = number !== undefined;
		if (number !== undefined && number > 0 && number <= this.#values.length) this.#argument = number - 1;
		else this.#goodIndex = false;
	}

	#readWidth(): number | undefined {
		if (this.#format[this.#at] === '*') {
			this.#at++;
			this.#afterIndex = false;
			const width = this.#takeInteger();
			if (width === undefined) this.#problems += '%!(BADWIDTH)';
			return width;
		}
		const width = this.#readDigits();
		if (this.#afterIndex && width !== undefined) this.#goodIndex = false;
		return width;
	}

	#readPrecision(): number | undefined {
		// A point at the very end is the verb.
		if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return undefined;
		this.#at++;
		if (this.#afterIndex) this.#goodIndex = false;
		this.#readIndex();
		if (this.#format[this.#at] !== '*') return this.#readDigits() ?? 0;
		this.#at++;
		this.#afterIndex = false;
		const precision = this.#takeInteger();
		if (precision !== undefined && precision >= 0) return precision;
		this.#problems += '%!(BADPREC)';
		return undefined;
	}

	/** A width or precision that is an argument. */
	#takeInteger(): number | undefined {
		const value = this.#values[this.#argument];
		if (value === undefined) return undefined;
		this.#argument++;
		const integer = value.kind === 'int' || value.kind === 'uint8' ? Number(value.value) : undefined;
		return integer === undefined || Math.abs(integer) > largest ? undefined : integer;
	}

	#readDigits(): number | undefined {
		const digits = /\d*/y;
		digits.lastIndex = this.#at;
		const [text = ''] = digits.exec(this.#format) ?? [];
		const number = readNumber(text);
		// Too long a number takes the rest of the format with it.
		this.#at = text !== '' && number === undefined ? this.#format.length : this.#at + text.length;
		return number;
	}

	#readVerb(): Bytes | undefined {
		if (this.#at >= this.#format.length) return undefined;
		const {code, size} = decodeRune(this.#format, this.#at);
		this.#at += size;
		return encodeRune(code);
	}
}

const largest = 1_000_000;

/** A number of digits alone, unless it is too large (fmt print.go parsenum looks before it takes another digit). */
function readNumber(text: Bytes): number | undefined {
	return /^\d+$/.test(text) && Number(text.slice(0, -1)) <= largest ? Number(text) : undefined;
}

function flagsOf(
	marks: string,
	width: number | undefined,
	precision: number | undefined,
	verb: Bytes | undefined,
): Flags {
	const asValue = verb === 'v' || verb === 'w';
	const [plus, sharp, fromArgument] = [marks.includes('+'), marks.includes('#'), width !== undefined && width < 0];
	return {
		minus: marks.includes('-') || fromArgument,
		plus: plus && !asValue,
		sharp: sharp && !asValue,
		plusV: plus && asValue,
		sharpV: sharp && asValue,
		space: marks.includes(' '),
		zero: marks.includes('0'),
		...(width === undefined ? {} : {width: Math.abs(width)}),
		...(precision === undefined ? {} : {precision}),
	};
}
