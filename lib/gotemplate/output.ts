import {type Bytes, toText} from './bytes.ts';
import {bytesPerWork, maxTextBytes} from './limits.ts';
import type {Progress} from './progress.ts';

/** What a running template has written. */
export class Output {
	readonly #progress: Progress;
	#bytes: Bytes = '';
	#oddLine: number | undefined;

	constructor(progress: Progress) {
		this.#progress = progress;
	}

	get bytes(): Bytes {
		return this.#bytes;
	}

	/** The line of the first piece that is no UTF-8 by itself; absent where all of them are. */
	get oddLine(): number | undefined {
		return this.#oddLine;
	}

	write(bytes: Bytes): void {
		if (this.#oddLine === undefined && isOdd(bytes)) this.#oddLine = this.#progress.line;
		this.#bytes += bytes;
		this.#progress.spend(bytes.length / bytesPerWork);
		if (this.#bytes.length > maxTextBytes) this.#progress.fail('the output is longer than 16 MiB');
	}
}

function isOdd(bytes: Bytes): boolean {
	return /[\u0080-\u00ff]/.test(bytes) && toText(bytes) === undefined;
}
