/** The one of `known` that somebody most likely meant by `word`; absent where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
	const ranked = known
		.map((each) => ({each, distance: editDistance(word.toLowerCase(), each.toLowerCase())}))
		.sort((a, b) => a.distance - b.distance);
	const [best] = ranked;
	return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.each : undefined;
}

/** How many letters have to be put in, taken out, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
	let before: readonly number[] = [];
	let row: readonly number[] = Array.from({length: b.length + 1}, (_, n) => n);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			next.push(
				Math.min(
					(row[j] ?? 0) + 1,
					(next[j - 1] ?? 0) + 1,
					(row[j - 1] ?? 0) + (same ? 0 : 1),
					swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		before = row;
		row = next;
	}
	return row[b.length] ?? 0;
}
