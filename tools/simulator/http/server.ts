import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import type {NodeState} from '../world.ts';
import type {Certificate} from './certificate.ts';
import {whenGoingOn} from './dispatch.ts';
import type {Frontend} from './frontend.ts';
import {handle} from './pipeline.ts';

/** The pveproxy of one node. */
export interface NodeServer {
	readonly url: string;
	/** Opens or closes the port as the node's state asks. */
	readonly follow: (state: NodeState) => Promise<void>;
	readonly close: () => Promise<void>;
}

// pve-http-server AnyEvent.pm: keep-alive requests per connection, and seconds of silence.
const requestsPerConnection = 100;
const idleMs = 5000;

/** Listens for one node on a loopback port; `port` 0 takes any. */
export async function startNodeServer(
	frontend: Frontend,
	node: string,
	{keyPem, certificatePem}: Certificate,
	{host, port}: {readonly host: string; readonly port: number},
): Promise<NodeServer> {
	const counts = new WeakMap<Socket, number>();
	const sockets = new Set<Socket>();
	const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
		const served = (counts.get(request.socket) ?? 0) + 1;
		counts.set(request.socket, served);
		const waiting = frontend.dc.world.nodes[node]?.state === 'api-hanging' ? whenGoingOn(frontend.dc, node) : undefined;
		const handling = Promise.resolve(waiting).then(() =>
			handle(frontend, node, request, response, served >= requestsPerConnection),
		);
		handling.catch(() => request.socket.destroy());
	};
	const server = createServer({key: keyPem, cert: certificatePem, keepAliveTimeout: idleMs}, onRequest);
	server.headersTimeout = 60_000;
	server.requestTimeout = 0;
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
	});
	const listen = (at: number): Promise<void> =>
		new Promise((resolve, reject) => {
			server.once('error', reject);
			server.listen(at, host, 1024, () => {
				server.off('error', reject);
				resolve();
			});
		});
	await listen(port);
	const bound = (server.address() as AddressInfo).port;
	const shut = (): Promise<void> =>
		new Promise((resolve) => {
			for (const socket of sockets) socket.destroy();
			if (server.listening) server.close(() => resolve());
			else resolve();
		});
	return {
		url: `https://${host.includes(':') ? `[${host}]` : host}:${bound}`,
		async follow(state) {
			const closed = state === 'api-down' || state === 'dead';
			if (closed) await shut();
			else if (!server.listening) await listen(bound);
		},
		close: shut,
	};
}
