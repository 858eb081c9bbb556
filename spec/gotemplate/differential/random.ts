/** Chance that a seed repeats. */
export interface Random {
	/** A whole number from 0, below `end`. */
	readonly below: (end: number) => number;
	/** True so many times out of a hundred. */
	readonly percent: (chance: number) => boolean;
	/** One of the items, of which there is at least one. */
	readonly pick: <Item>(items: readonly Item[]) => Item;
	/** One of the words between `separator`. */
	readonly word: (words: string, separator?: string) => string;
	/** What one of the makers makes. */
	readonly oneOf: <Item>(...makers: readonly (() => Item)[]) => Item;
	/** `least` to `most` of what `make` makes. */
	readonly several: <Item>(least: number, most: number, make: () => Item) => readonly Item[];
}

/** The chance of a seed (the generator is mulberry32). */
export function randomOf(seed: number): Random {
	let state = seed >>> 0;
	const below = (end: number) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
	};
	const pick = <Item>(items: readonly Item[]): Item => {
		const item = items[below(items.length)];
		if (item === undefined) throw new Error('there is nothing to pick from');
		return item;
	};
	return {
		below,
		pick,
		word: (words, separator = ' ') => pick(words.split(separator)),
		percent: (chance) => below(100) < chance,
		oneOf: (...makers) => pick(makers)(),
		several: (least, most, make) => Array.from({length: least + below(most - least + 1)}, make),
	};
}
