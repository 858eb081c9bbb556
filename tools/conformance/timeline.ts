import {type Fate, succeeded} from './fate.ts';
import {dataOf, type Exchange, type Remark, type Scenario} from './transcript.ts';
import {findUpid} from './upid.ts';

/** Requests that were sent at once; usually one alone. */
export interface Turn {
	readonly kind: 'turn';
	readonly exchanges: readonly Exchange[];
	/** When the first was sent, milliseconds since 1970. */
	readonly startMs: number;
	/** How long nothing was sent behind it, at most. */
	readonly restMs: number;
}

/** A remark, at its place between the turns. */
export interface Pause {
	readonly kind: 'pause';
	readonly note: string;
	readonly files: readonly string[];
	/** When it was written down, milliseconds since 1970. */
	readonly atMs?: number;
}

const together = /concurrent|at the same time|at once|\d+ linked clones/i;
const poll = /^(?:task|log) of/;

/** Scenarios as turns in time. */
export class Timeline {
	readonly #fates: ReadonlyMap<string, Fate>;
	/** Milliseconds since 1970 at which the recording machine's tick counter was 0, where all task ids agree on it. */
	readonly #bootMs: number | undefined;

	constructor(exchanges: readonly Exchange[], fates: ReadonlyMap<string, Fate>) {
		this.#fates = fates;
		this.#bootMs = bootOf(exchanges);
	}

	/** The turns of a scenario that began at `fromMs` or later. */
	turnsOf({entries}: Scenario, fromMs: number): readonly (Turn | Pause)[] {
		const groups = this.#groups(entries);
		const latest = this.#latestEnds(groups);
		const turns: (Turn | Pause)[] = [];
		let nowMs = fromMs;
		for (const [index, group] of groups.entries()) {
			if (!Array.isArray(group)) {
				const pause = group as Pause;
				turns.push(pause);
				nowMs = Math.max(nowMs, pause.atMs ?? 0);
				continue;
			}
			const endMs = Math.max(nowMs + longest(group), this.#forkOf(group) ?? earliest(group));
			const nextMs = latest.slice(index + 1).find((ends) => ends !== undefined);
			turns.push({
				...{kind: 'turn', exchanges: group, startMs: endMs - longest(group)},
				restMs: nextMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, nextMs.startMs - endMs),
			});
			nowMs = endMs;
		}
		return turns;
	}

	/** By when each group had begun and ended at the latest, told by what came behind it. */
	#latestEnds(groups: readonly (readonly Exchange[] | Pause)[]): readonly ({readonly startMs: number} | undefined)[] {
		let nextMs = Number.POSITIVE_INFINITY;
		const backwards = groups.toReversed().map((group) => {
			if (!isGroup(group)) return undefined;
			const told = this.#forkOf(group) ?? Math.max(...group.map(({at}) => (at ?? Number.POSITIVE_INFINITY) + 999));
			nextMs = Math.min(nextMs, told) - longest(group);
			return {startMs: nextMs};
		});
		return backwards.toReversed();
	}

	/** When the worker was forked that a request of its own asked for, to a hundredth of a second. */
	#forkOf(group: readonly Exchange[]): number | undefined {
		const upid = group.length === 1 ? findUpid(String(dataOf((group[0] as Exchange).answer))) : undefined;
		return upid === undefined || this.#bootMs === undefined ? undefined : this.#bootMs + upid.pstart * tickMs;
	}

	#groups(entries: Scenario['entries']): readonly (readonly Exchange[] | Pause)[] {
		const taken = new Set<Exchange>();
		const groups: (readonly Exchange[] | Pause)[] = [];
		for (const [index, entry] of entries.entries()) {
			if (entry.kind === 'remark') groups.push(pauseOf(entry));
			else if (!taken.has(entry)) {
				const left = entries.slice(index).filter((other) => other.kind === 'remark' || !taken.has(other));
				const group = this.#siblingsOf(entry, left);
				for (const exchange of group) taken.add(exchange);
				groups.push(group);
			}
		}
		return groups;
	}

	/**
	 * The requests that were sent together with the first of `entries`, told by what the recorder wrote beside them, or by
	 * the time they took. Who won among them is chance: whoever did, is sent first.
	 */
	#siblingsOf(first: Exchange, entries: Scenario['entries']): readonly Exchange[] {
		if (!together.test(first.note) || poll.test(first.note)) return overlapping(first, entries);
		const subject = withoutNumbers(first.note);
		const found: Exchange[] = [];
		let contiguous = true;
		for (const entry of entries) {
			if (entry.kind === 'remark') break;
			const alike = entry.method === first.method && withoutNumbers(entry.note) === subject;
			if (alike && (contiguous || entry.note === first.note)) found.push(entry);
			if (!alike) contiguous = false;
		}
		return found.toSorted((a, b) => this.#place(a) - this.#place(b));
	}

	#place(exchange: Exchange): number {
		if (succeeded(exchange, this.#fates)) return 0;
		return exchange.answer.status === 200 ? 1 : 2;
	}
}

const secondMs = 1000;

/** The requests that must have been sent before the first was answered, for they took longer than there was time behind it. */
function overlapping(first: Exchange, entries: Scenario['entries']): readonly Exchange[] {
	const found = [first];
	for (const entry of entries.slice(1)) {
		if (entry.kind === 'remark' || entry.at === undefined || first.at === undefined) break;
		if (entry.at + secondMs - entry.ms > first.at - secondMs) break;
		found.push(entry);
	}
	return found;
}

function pauseOf({note, files, at}: Remark): Pause {
	return {kind: 'pause', note, files, ...(at === undefined ? {} : {atMs: at})};
}

const isGroup = (group: readonly Exchange[] | Pause): group is readonly Exchange[] => Array.isArray(group);

const longest = (group: readonly Exchange[]): number => Math.max(...group.map(({ms}) => ms));

/** An answer carries its second only: it was given in it. */
const earliest = (group: readonly Exchange[]): number => Math.max(...group.map(({at = 0}) => at));

const withoutNumbers = (note: string): string => note.replace(/\d+/g, '#');

// A task id holds the second of its start and the machine's clock ticks then, a hundred in a second.
const tickMs = 10;

function bootOf(exchanges: readonly Exchange[]): number | undefined {
	const upids = exchanges.flatMap(({answer}) => findUpid(String(dataOf(answer))) ?? []);
	const seconds = upids.map(({starttime, pstart}) => starttime * 1000 - pstart * tickMs);
	const [earliestMs, latestMs] = [Math.max(...seconds), Math.min(...seconds) + 1000 + tickMs];
	return upids.length > 0 && earliestMs <= latestMs ? earliestMs : undefined;
}
