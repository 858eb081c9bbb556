import type {Simulator} from '../simulator/index.ts';
import {volumeKey} from '../simulator/world.ts';
import {adoptGuest, disksOf, filesListed, taskOf} from './adoption.ts';
import {addressedBy, bornBy, guestsShown, isAbsent, isAdministrator, isPresent, isWholeList} from './evidence.ts';
import {type Fate, succeeded} from './fate.ts';
import {copied, type Skip} from './skip.ts';
import {type Answer, type Exchange, rowsOf, type Scenario} from './transcript.ts';
import {findUpid} from './upid.ts';
import type {Words} from './words.ts';

// pvestatd tells the cluster about a node's guests every ten seconds; a clone that was asked for takes a few as well.
const broadcastMs = 15_000;

/**
 * Keeps the simulated guests, files and tasks those of the recording. What the recording shows being made and removed,
 * the replay makes and removes; what lay there before it, or was done in a shell, is put there when the recording meets
 * it.
 */
export class Presence {
	readonly #world: Simulator['world'];
	readonly #exchanges: readonly Exchange[];
	readonly #fates: ReadonlyMap<string, Fate>;
	readonly #words: Words;
	/** Guests that a replayed request made or removed: what they are is the simulator's own doing. */
	readonly #made = new Set<number>();
	readonly #removed = new Set<number>();
	/** Those that a request of the scenario made. */
	readonly #bornHere = new Set<number>();
	/** When a replayed request last made or changed a guest, in simulated time. */
	readonly #changes = new Map<number, number>();

	constructor({world}: Simulator, exchanges: readonly Exchange[], fates: ReadonlyMap<string, Fate>, words: Words) {
		this.#world = world;
		this.#exchanges = exchanges;
		this.#fates = fates;
		this.#words = words;
	}

	/**
	 * Makes the world what a scenario finds: guests that its first list shows, and that nothing before that list makes,
	 * were there already, and run or do not.
	 */
	open({entries}: Scenario): void {
		this.#bornHere.clear();
		const begun = new Set<number>();
		for (const exchange of entries) {
			// Behind a remark things are what the remark has made of them.
			if (exchange.kind !== 'exchange') return;
			const born = bornBy(exchange);
			if (born !== undefined) begun.add(born);
			for (const {vmid, node, status} of guestsShown(exchange)) {
				if (begun.has(vmid)) continue;
				begun.add(vmid);
				this.#putThere(vmid, node === '' ? this.#nodeOf(exchange) : node, exchange);
				this.#setPower(vmid, status);
			}
			const touched = /\/qemu\/(\d+)(?:\/status\/\w+)?$/.exec(exchange.path)?.[1];
			if (touched !== undefined && exchange.method !== 'GET') begun.add(Number(touched));
		}
	}

	/**
	 * Makes the world ready for an exchange, which was sent alone or with others. Gives the reason where its answer had
	 * to be copied into the world for that.
	 */
	prepare(exchange: Exchange, alone: boolean): Skip | undefined {
		this.#adoptTasks(exchange);
		this.#makeRoom(exchange, alone);
		const {vmid} = addressedBy(exchange) ?? {};
		if (vmid !== undefined && isAbsent(exchange)) this.#lose(vmid, this.#nodeOf(exchange));
		else if (vmid !== undefined && isPresent(exchange)) return this.#putThere(vmid, this.#nodeOf(exchange), exchange);
		if (isWholeList(exchange)) this.#matchList(exchange);
		if (isAdministrator(exchange) && exchange.method === 'GET') this.#matchContent(exchange);
		return undefined;
	}

	/** Remembers what a replayed exchange did. */
	note(exchange: Exchange, answer: Answer, nowMs: number): void {
		if (answer.status !== 200 || exchange.method === 'GET') return;
		const born = bornBy(exchange);
		const vmid = born ?? addressedBy(exchange)?.vmid;
		if (vmid === undefined) return;
		this.#changes.set(vmid, nowMs);
		if (born !== undefined) {
			this.#made.add(born);
			this.#bornHere.add(born);
			this.#removed.delete(born);
		}
		const destroyed = exchange.method === 'DELETE' && /\/qemu\/\d+$/.test(exchange.path);
		if (destroyed && succeeded(exchange, this.#fates)) {
			this.#removed.add(vmid);
			this.#made.delete(vmid);
		}
	}

	/** Whether nobody can say which of two shapes the guest's row has by now: it changes with the next broadcast. */
	isYoung(vmid: number, nowMs: number): boolean {
		const {guests, nodes} = this.#world;
		const node = nodes[guests[vmid]?.node ?? ''];
		// Nobody speaks for a dead node: what was told by then stays.
		const silent = node !== undefined && (node.state !== 'online' || nowMs - node.since < broadcastMs);
		const untilMs = silent ? node.since : nowMs;
		return untilMs - (this.#changes.get(vmid) ?? Number.NEGATIVE_INFINITY) < broadcastMs;
	}

	/** Takes away what the scenario has made so far, but for its templates: the recorder did so without writing it down. */
	clear(): void {
		for (const vmid of this.#bornHere) {
			if (this.#world.guests[vmid]?.config.template !== '1') this.#takeAway(vmid);
		}
	}

	/** Takes away what was removed in a shell: the recorder listed the config files that were left. */
	matchFiles(files: readonly string[]): void {
		const left = new Set(files.flatMap((name) => /(\d+)\.conf$/.exec(name)?.[1] ?? []));
		if (left.size === 0) return;
		for (const vmid of Object.keys(this.#world.guests)) if (!left.has(vmid)) this.#takeAway(Number(vmid));
	}

	/** The node in a request's path. */
	#nodeOf({path, via}: Exchange): string {
		const named = /^\/nodes\/([^/]+)/.exec(path)?.[1] ?? '';
		return named === 'localhost' ? (via ?? Object.keys(this.#world.nodes)[0] ?? '') : named;
	}

	#setPower(vmid: number, status: string): void {
		const guest = this.#world.guests[vmid];
		if (guest === undefined || (status !== 'running' && status !== 'stopped')) return;
		// A paused guest runs.
		if ((guest.power === 'stopped') !== (status === 'stopped')) guest.power = status;
	}

	/** A guest that is gone without a request that removed it; what the scenario made itself is the simulator's to lose. */
	#lose(vmid: number, node?: string): void {
		if (!this.#bornHere.has(vmid)) this.#takeAway(vmid, node);
	}

	#takeAway(vmid: number, node?: string): void {
		const {guests, volumes, pools} = this.#world;
		const guest = guests[vmid];
		if (guest === undefined || this.#removed.has(vmid) || (node !== undefined && guest.node !== node)) return;
		delete guests[vmid];
		this.#made.delete(vmid);
		for (const [key, volume] of Object.entries(volumes)) if (volume.vmid === vmid) delete volumes[key];
		for (const pool of Object.values(pools)) {
			if (pool.vms.includes(vmid)) pool.vms.splice(pool.vms.indexOf(vmid), 1);
		}
	}

	/** A guest that the recording finds, and that no replayed request has made. */
	#putThere(vmid: number, node: string, exchange: Exchange): Skip | undefined {
		const {guests, nodes, storages, volumes} = this.#world;
		if (nodes[node] === undefined || this.#made.has(vmid)) return undefined;
		const known = guests[vmid];
		if (known !== undefined) {
			known.node = node;
			return undefined;
		}
		const {guest, source} = adoptGuest(vmid, node, this.#exchanges.slice(this.#exchanges.indexOf(exchange)));
		guests[vmid] = guest;
		for (const disk of disksOf(guest, storages)) volumes[volumeKey(disk.volid, disk.node)] ??= disk;
		return source === exchange ? copied : undefined;
	}

	/** An id that a recorded request could take was free, whatever removed the guest that had it. */
	#makeRoom(exchange: Exchange, alone: boolean): void {
		const vmid = bornBy(exchange);
		if (vmid === undefined) return;
		const node = this.#nodeOf(exchange);
		// A create looks in the whole cluster before it answers, a clone on its own node.
		const cloned = exchange.path.endsWith('/clone');
		if (exchange.answer.status === 200) this.#takeAway(vmid, cloned ? node : undefined);
		if (alone && /already exists/.test(exchange.answer.reason)) this.#putThere(vmid, node, exchange);
	}

	/** A list that leaves nobody out: guests come and go until it fits. */
	#matchList(exchange: Exchange): void {
		const shown = guestsShown(exchange);
		const node = this.#nodeOf(exchange);
		const listed = new Set(shown.map(({vmid}) => vmid));
		for (const {vmid, node: at} of Object.values(this.#world.guests)) {
			if (!listed.has(vmid) && (node === '' || node === at)) this.#lose(vmid);
		}
		for (const guest of shown) this.#putThere(guest.vmid, node === '' ? guest.node : node, exchange);
	}

	#matchContent(exchange: Exchange): void {
		const {storages, volumes} = this.#world;
		for (const file of filesListed(exchange, storages)) volumes[volumeKey(file.volid, file.node)] ??= file;
	}

	#adoptTasks({path, answer}: Exchange): void {
		const asked = /\/tasks\/./.test(path) && answer.status !== 400 ? [path] : [];
		const listed = path.endsWith('/tasks') ? rowsOf(answer).map(({upid}) => String(upid)) : [];
		for (const text of [...asked, ...listed]) {
			const upid = findUpid(text);
			if (upid === undefined || this.#words.simulated(upid.text) !== upid.text) continue;
			this.#world.tasks[upid.text] ??= taskOf(upid, this.#fates.get(upid.text) ?? {});
		}
	}
}
