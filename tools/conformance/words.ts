import {findUpid} from './upid.ts';

/**
 * What the recorded cluster called a thing and what the simulated one calls it: task ids, digests and checksums are
 * drawn anew, so a recorded request that names one is sent with the simulated one.
 */
export class Words {
	readonly #toSimulated = new Map<string, string>();
	readonly #toRecorded = new Map<string, string>();

	/** Remembers a pair; the first one counts. */
	learn(recorded: string, simulated: string): void {
		if (recorded === simulated || this.#toSimulated.has(recorded)) return;
		this.#toSimulated.set(recorded, simulated);
		this.#toRecorded.set(simulated, recorded);
	}

	/** Remembers what two answers to the same request call the same things. */
	learnFrom(recorded: unknown, simulated: unknown): void {
		if (typeof recorded === 'string' && typeof simulated === 'string') {
			const [known, drawn] = [findUpid(recorded), findUpid(simulated)];
			if (known !== undefined && drawn !== undefined) this.learn(known.text, drawn.text);
			return;
		}
		if (!isObject(recorded) || !isObject(simulated)) return;
		const {digest: old} = recorded;
		const {digest} = simulated;
		if (typeof old === 'string' && typeof digest === 'string') this.learn(old, digest);
		this.learnFrom(recorded.data, simulated.data);
	}

	/** What a recorded name is called here. */
	simulated(recorded: string): string {
		return this.#toSimulated.get(recorded) ?? recorded;
	}

	/** A recorded request's text with the names of here. */
	translate(text: string): string {
		return replaced(text, this.#toSimulated);
	}

	/** A simulated text with the names of the recording. */
	recorded(text: string): string {
		return replaced(text, this.#toRecorded);
	}
}

// Task ids, percent-encoded or not; SHA-1 digests of config files; SHA-256 checksums of uploads.
const names = /UPID(?::|%3A)[^/?&\s"']*(?::|%3A)|\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g;

function replaced(text: string, pairs: ReadonlyMap<string, string>): string {
	return text.replace(names, (found) => {
		if (!found.includes('%3A')) return pairs.get(found) ?? found;
		const known = pairs.get(decodeURIComponent(found));
		return known === undefined ? found : encodeURIComponent(known);
	});
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
