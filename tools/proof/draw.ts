import {createHash} from 'node:crypto';

/** A whole number from 0 to below `count` that follows from the seed and `what` is drawn for. */
export function draw(seed: number, what: string, count: number): number {
	const digest = createHash('sha256').update(`${seed}\n${what}`).digest();
	return digest.readUInt32BE(0) % count;
}

/** `count` of the items, chosen and ordered by the seed; all of them, in their own order, where nothing is said. */
export function sample<Item extends {readonly name: string}>(
	items: readonly Item[],
	count: number | undefined,
	seed: number,
): readonly Item[] {
	if (count === undefined || count >= items.length) return items;
	const lot = ({name}: Item): number => draw(seed, `sample ${name}`, 2 ** 31);
	return [...items].sort((a, b) => lot(a) - lot(b)).slice(0, count);
}
