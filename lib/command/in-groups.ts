// PVE destroys under one cluster-wide lock of user.cfg; more at once only wait for each other.
const atOnce = 4;

/** Does `work` for every item, four at a time. */
export async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
	const queue = items.values();
	const worker = async () => {
		for (const item of queue) await work(item);
	};
	await Promise.all(Array.from({length: atOnce}, worker));
}
