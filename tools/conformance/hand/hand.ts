import type {Fate} from '../fate.ts';
import type {Sender} from '../sender.ts';
import {copied, type Skip} from '../skip.ts';
import type {Theatre} from '../theatre.ts';
import type {Exchange} from '../transcript.ts';
import {after, before, between} from './directions.ts';
import {setInside} from './guests.ts';
import {allOnline, setSsh} from './nodes.ts';
import {slowCopies} from './storages.ts';

/** Does what the recorder did in a shell, as far as the recording tells: each of its notes that is known here is followed. */
export class Hand {
	readonly #theatre: Theatre;
	readonly #sender: Sender;
	readonly #fates: ReadonlyMap<string, Fate>;

	constructor(theatre: Theatre, sender: Sender, fates: ReadonlyMap<string, Fate>) {
		this.#theatre = theatre;
		this.#sender = sender;
		this.#fates = fates;
	}

	/** A scenario begins with all nodes up: the recorder waited for that. */
	async beforeScenario(): Promise<void> {
		setSsh(this.#theatre, true);
		await allOnline(this.#theatre);
	}

	/** What came before a request. Gives the reason not to compare it where that is known from its answer only. */
	async before(exchange: Exchange): Promise<Skip | undefined> {
		// A storage stays slow until the recorder says something else about a clone.
		if (exchange.path.endsWith('/clone') && exchange.note !== '') slowCopies(this.#theatre, 0);
		setInside(this.#theatre, exchange, this.#fates);
		return (await this.#follow(before, exchange, '')) ? copied : undefined;
	}

	/** What came behind a request that the simulator answered with `data`. */
	async after(exchange: Exchange, data: string): Promise<void> {
		await this.#follow(after, exchange, data);
	}

	/** What a remark tells of. */
	async between(note: string): Promise<void> {
		for (const remark of between) {
			const words = remark.note.exec(note);
			if (words !== null) await remark.act({theatre: this.#theatre, words});
		}
	}

	/** Whether one of the directions that were followed copied the answer. */
	async #follow(directions: typeof before, exchange: Exchange, data: string): Promise<boolean> {
		const fitting = directions.filter(
			({file, note}) => file?.test(exchange.file) !== false && note.test(exchange.note),
		);
		for (const {note, act} of fitting) {
			const words = note.exec(exchange.note);
			if (words !== null) await act({theatre: this.#theatre, sender: this.#sender, exchange, words, data});
		}
		return fitting.some(({copies}) => copies === true);
	}
}
