import {createConnection, createServer, type Socket} from 'node:net';
import type {Clock} from '../time/clock.ts';

/** What the processes of one host do a few at a time. */
export interface TurnOrder {
	/** The processes that take turns name the same. */
	readonly name: string;
	/** How many have a turn at a time. */
	readonly width: number;
	/** Who has waited so long goes on without a turn. */
	readonly patienceMs: number;
	readonly clock: Clock;
	/** From 0 to below 1. */
	readonly random: () => number;
	/** Ends the wait. */
	readonly stop?: AbortSignal;
}

/** The leave to do what only a few do at a time. */
export interface Turn {
	/** Hands it on; the end of the process does so too. */
	end(): void;
}

/**
 * Waits until fewer than `width` processes of this host have a turn of this name. A turn is a socket that listens in
 * Linux's abstract namespace (unix(7)): it lies on no disk, and the kernel ends it with its process. Where there are no
 * such sockets, and where patience is at an end, the process goes on without: turns make the processes of a host
 * faster, and guard nothing.
 */
export async function takeTurn(order: TurnOrder): Promise<Turn> {
	const {name, width, patienceMs, clock, random, stop} = order;
	const end = clock.now() + patienceMs;
	const first = Math.floor(random() * width);
	const addresses = Array.from({length: width}, (_, n) => addressOf(name, (first + n) % width));
	while (clock.now() < end && !stop?.aborted) {
		for (const address of addresses) {
			const turn = await listenAt(address);
			if (turn === 'impossible') return none;
			if (turn !== 'taken') return turn;
		}
		// One that cannot even be asked is asked again a little later.
		const asked = await endOfTurn(addresses[0] ?? '', end - clock.now(), clock, stop);
		if (!asked) await clock.sleep(againMs * (0.5 + random()), stop);
	}
	return none;
}

const none: Turn = {end: () => undefined};
const againMs = 50;
// sun_path holds 108 bytes. Names that end alike share their turns, which harms nobody.
const longestName = 64;

function addressOf(name: string, n: number): string {
	return `\0garm-provider-proxmox/${n}/${Buffer.from(name).subarray(-longestName).toString('latin1')}`;
}

function listenAt(address: string): Promise<Turn | 'taken' | 'impossible'> {
	return new Promise((resolve) => {
		const waiting = new Set<Socket>();
		// Who waits for the end of a turn keeps a connection to it open.
		const server = createServer((connection) => {
			waiting.add(connection.on('error', () => undefined).unref());
		}).unref();
		server.once('error', ({code}: NodeJS.ErrnoException) => resolve(code === 'EADDRINUSE' ? 'taken' : 'impossible'));
		server.listen(address, () =>
			resolve({
				end() {
					server.close();
					for (const connection of waiting) connection.destroy();
				},
			}),
		);
	});
}

/** Waits until the turn at an address has ended; gives false where it could not be asked. */
function endOfTurn(address: string, longestMs: number, clock: Clock, stop?: AbortSignal): Promise<boolean> {
	return new Promise((resolve) => {
		if (stop?.aborted) return resolve(true);
		const connection = createConnection(address);
		const end = (asked: boolean) => {
			connection.destroy();
			callOff();
			stop?.removeEventListener('abort', over);
			resolve(asked);
		};
		const over = () => end(true);
		const callOff = clock.after(longestMs, over);
		stop?.addEventListener('abort', over);
		connection.once('error', () => end(false));
		connection.once('close', over);
	});
}
