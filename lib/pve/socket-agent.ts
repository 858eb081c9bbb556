import type {ClientRequest} from 'node:http';
import {Agent, type RequestOptions} from 'node:https';
import {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {TLSSocket} from 'node:tls';
import type {Target} from './tunnel.ts';

// pve-http-server AnyEvent.pm: pveproxy closes a connection after 5 s of idleness and with its 100th reply.
const idleMs = 3_000;
const requestsPerSocket = 90;

type Dial = (target: Target) => Promise<TLSSocket>;
type Created = (error: Error | null, socket: Duplex) => void;

/** Keeps connections alive for as long as pveproxy does; a request gets one only when its peer is trusted. */
export class SocketAgent extends Agent {
	readonly #dial: Dial;
	readonly #uses = new WeakMap<Duplex, number>();

	constructor(dial: Dial) {
		super({keepAlive: true});
		this.#dial = dial;
	}

	override createConnection({host, port}: RequestOptions, created: Created): undefined {
		this.#dial({host: host ?? 'localhost', port: Number(port ?? 443)}).then(
			(socket) => created(null, socket),
			// Node takes no socket beside an error; its type does not say so.
			(error: Error) => (created as (error: Error) => void)(error),
		);
	}

	/** Whether a further request may use the socket. */
	override keepSocketAlive(socket: Duplex): boolean {
		super.keepSocketAlive(socket);
		const uses = (this.#uses.get(socket) ?? 0) + 1;
		this.#uses.set(socket, uses);
		if (socket instanceof Socket) socket.setTimeout(idleMs);
		return uses < requestsPerSocket;
	}

	override reuseSocket(socket: Duplex, request: ClientRequest): void {
		if (socket instanceof Socket) socket.setTimeout(0);
		super.reuseSocket(socket, request);
	}
}
