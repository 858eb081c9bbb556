import type {Clock} from './clock.ts';
import {guestFigures} from './figures.ts';
import type {World} from './world.ts';

/** What pvestatd last told the cluster about a guest. */
export interface GuestNews {
	readonly at: number;
	readonly row: Readonly<Record<string, string | number>>;
}

// pvestatd.pm: one round in ten seconds; pmxcfs status.c:1375: figures older than five minutes are not given out.
const roundMs = 10_000;
const staleMs = 300_000;

/** The figures that /cluster/resources shows: up to ten seconds old, and kept by VMID. */
export class Broadcast {
	readonly #world: World;
	readonly #clock: Clock;
	readonly #news = new Map<number, GuestNews>();
	readonly #nodeNews = new Map<string, number>();

	constructor(world: World, clock: Clock) {
		this.#world = world;
		this.#clock = clock;
		this.round();
		clock.every(roundMs, () => this.round());
	}

	/** One round of every node that is alive. */
	round(): void {
		for (const node of Object.keys(this.#world.nodes)) if (this.#world.nodes[node]?.state !== 'dead') this.#tell(node);
	}

	#tell(node: string): void {
		const at = this.#clock.now();
		this.#nodeNews.set(node, at);
		for (const guest of Object.values(this.#world.guests)) {
			if (guest.node === node) this.#news.set(guest.vmid, {at, row: guestFigures(this.#world, this.#clock, guest)});
		}
	}

	/** The last figures of a guest, unless they are too old. */
	of(vmid: number): GuestNews['row'] | undefined {
		const news = this.#news.get(vmid);
		return news === undefined || this.#isStale(news.at) ? undefined : news.row;
	}

	/** Whether the node has told anything within five minutes. */
	isFresh(node: string): boolean {
		const at = this.#nodeNews.get(node);
		return at !== undefined && !this.#isStale(at);
	}

	/** Forgets a node's figures, as after more than five minutes without power. */
	forget(node: string): void {
		this.#nodeNews.delete(node);
	}

	#isStale(at: number): boolean {
		return this.#clock.genuine(this.#clock.now() - at) > staleMs;
	}
}
