import {Broadcast} from './broadcast.ts';
import type {Clock, Pace} from './clock.ts';
import {Gate, LockTable} from './lock.ts';
import type {Random} from './random.ts';
import {TaskTable} from './task.ts';
import type {Guest, World} from './world.ts';

// pvedaemon.pm max_workers: what needs root on a node passes through three processes.
const daemonWorkers = 3;

/** The running cluster: the plain world and what lives around it. */
export class Datacenter {
	readonly world: World;
	readonly clock: Clock;
	readonly random: Random;
	readonly pace: Pace;
	readonly locks: LockTable;
	readonly tasks: TaskTable;
	readonly broadcast: Broadcast;
	/** Bytes of uploaded files, by volume key: too big for the world's JSON. */
	readonly files = new Map<string, Buffer>();
	/** Tickets that were given out, each with the token that writes must carry beside it. */
	readonly tickets = new Map<string, {readonly user: string; readonly csrf: string}>();
	/** Requests whose node hangs: they are acted on when it goes on. */
	readonly suspended = new Map<string, (() => void)[]>();
	/** /cluster/resources answers from this copy while it is set. */
	frozenResources: readonly unknown[] | undefined;
	readonly #daemons = new Map<string, Gate>();

	constructor(world: World, clock: Clock, random: Random, pace: Pace) {
		this.world = world;
		this.clock = clock;
		this.random = random;
		this.pace = pace;
		this.locks = new LockTable(clock);
		this.tasks = new TaskTable(world, clock);
		this.broadcast = new Broadcast(world, clock);
	}

	/** Whole seconds since 1970. */
	seconds(): number {
		return Math.floor(this.clock.now() / 1000);
	}

	/** The pvedaemon of a node. */
	daemon(node: string): Gate {
		const gate = this.#daemons.get(node) ?? new Gate(daemonWorkers);
		this.#daemons.set(node, gate);
		return gate;
	}

	/** A VM whose config file lies on the node. */
	qemuOn(node: string, vmid: number | string): Guest | undefined {
		const guest = this.world.guests[Number(vmid)];
		return guest?.type === 'qemu' && guest.node === node ? guest : undefined;
	}
}
