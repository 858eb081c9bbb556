import {randomUUID} from 'node:crypto';
import type {Clock, Pace} from './clock.ts';
import {realClock} from './clock.ts';
import type {ControlServer} from './control.ts';
import {startControl} from './control.ts';
import {Datacenter} from './datacenter.ts';
import type {Fault} from './fault-script.ts';
import {FaultScript} from './fault-script.ts';
import {selfSigned} from './http/certificate.ts';
import type {Frontend, RequestHook} from './http/frontend.ts';
import type {NodeServer} from './http/server.ts';
import {startNodeServer} from './http/server.ts';
import {setNodeState} from './node-state.ts';
import {seededRandom} from './random.ts';
import type {LoggedRequest} from './request-log.ts';
import type {HoldOptions} from './task.ts';
import {fullToken, runnerToken} from './world/build.ts';
import {clusterWorld} from './world/cluster.ts';
import {crowdedWorld} from './world/crowded.ts';
import {smallWorld} from './world/small.ts';
import type {NodeState, PveVersion, World} from './world.ts';
import {loadWorld} from './world.ts';

export type {Pace} from './clock.ts';
export type {Fault} from './fault-script.ts';
export type {RequestHook} from './http/frontend.ts';
export type {LoggedRequest} from './request-log.ts';
export type {NodeState, PveVersion, World} from './world.ts';

export interface SimulatorOptions {
	/** `small`, `cluster`, `crowded`, the path of a JSON world, or a world. Default `small`. */
	readonly world?: string | World;
	/** Default `instant`. */
	readonly pace?: Pace;
	/** Default: 9.2 for `small` and `crowded`, 8.4 for `cluster`, a given world's own otherwise. */
	readonly pveVersion?: PveVersion;
	/** Loopback address and port, default `127.0.0.1:0`; a cluster's further nodes take the ports after it. */
	readonly listen?: string;
	/** Decides MAC addresses, UUIDs and random failures. Default 1. */
	readonly seed?: number;
	/** A clock of the caller's own, e.g. a manual one. */
	readonly clock?: Clock;
}

/** A running simulator. */
export interface Simulator {
	readonly url: string;
	/** One for each node, the first is `url`. */
	readonly urls: readonly string[];
	/** SHA-256 of the certificate, `AA:BB:..`. */
	readonly fingerprint: string;
	readonly certificatePem: string;
	/** The least-privilege token on the pool `garm`. */
	readonly tokenId: string;
	readonly tokenSecret: string;
	/** Every token's secret, by token id. */
	readonly tokens: Readonly<Record<string, string>>;
	readonly controlUrl: string;
	/** The live state: changes made here count at once. */
	readonly world: World;
	readonly requests: readonly LoggedRequest[];
	readonly faults: {readonly add: (...faults: readonly Fault[]) => void; readonly clear: () => void};
	/** A deep copy of the state, without token secrets. */
	readonly snapshot: () => World;
	/** The bytes of an uploaded file, by volume id. */
	readonly file: (volid: string) => Buffer | undefined;
	/** Kills a worker with -9; answers whether it was alive. */
	readonly killWorker: (upid: string) => boolean;
	/**
	 * Makes workers stand still, as `kill -STOP` does, once they have made so many pauses (1: they have been forked and
	 * have done nothing yet): those of one type, or all. Tells each that stands, and gives the way to let them go on.
	 */
	readonly holdWorkers: (pauses: number, options?: HoldOptions) => () => void;
	readonly setNode: (name: string, state: NodeState) => Promise<void>;
	/** Moves a VM's config to another node at once, as a finished migration does. */
	readonly migrate: (vmid: number, node: string) => void;
	/** Calls back around every request; gives the way to stop that. */
	readonly onRequest: (hook: RequestHook) => () => void;
	/** Resolves when no task runs and no delayed act is left. */
	readonly settle: () => Promise<void>;
	readonly close: () => Promise<void>;
}

const dayMs = 86_400_000;

/** Starts a simulated Proxmox VE on loopback ports: one HTTPS port for each node, one plain control port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const world = worldOf(options);
	for (const [id, token] of Object.entries(world.access.tokens)) {
		if (token.secret === '') token.secret = randomUUID();
		world.access.users[id.split('!')[0] ?? ''] ??= {enabled: true};
	}
	const pace = options.pace ?? 'instant';
	const clock = options.clock ?? realClock(pace);
	for (const guest of Object.values(world.guests)) {
		if (guest.power !== 'stopped' && guest.startedAt < dayMs) guest.startedAt = clock.now() - dayMs;
	}
	const dc = new Datacenter(world, clock, seededRandom(options.seed ?? 1), pace);
	const faults = new FaultScript();
	const requests: LoggedRequest[] = [];
	const hooks = new Set<RequestHook>();
	const servers = new Map<string, NodeServer>();
	const setNode = async (name: string, state: NodeState): Promise<void> => {
		setNodeState(dc, name, state);
		await servers.get(name)?.follow(state);
	};
	const migrate = (vmid: number, node: string): void => {
		const guest = world.guests[vmid];
		if (guest === undefined || world.nodes[node] === undefined) throw new TypeError(`cannot move ${vmid} to ${node}`);
		guest.node = node;
	};
	const frontend: Frontend = {dc, faults, requests, hooks, unknownPolls: new Map(), setNode, migrate};
	const {host, port} = listenOf(options.listen);
	const names = Object.keys(world.nodes);
	const certificate = selfSigned(names[0] ?? 'pve');
	for (const [index, name] of names.entries()) {
		servers.set(name, await startNodeServer(frontend, name, certificate, {host, port: port === 0 ? 0 : port + index}));
	}
	const urls = [...servers.values()].map(({url}) => url);
	const tokens = Object.fromEntries(Object.entries(world.access.tokens).map(([id, {secret}]) => [id, secret]));
	const tokenId = runnerToken in tokens ? runnerToken : (Object.keys(tokens)[0] ?? fullToken);
	let control: ControlServer | undefined;
	const simulator: Simulator = {
		url: urls[0] ?? '',
		urls,
		fingerprint: certificate.fingerprint,
		certificatePem: certificate.certificatePem,
		tokenId,
		tokenSecret: tokens[tokenId] ?? '',
		tokens,
		get controlUrl() {
			return control?.url ?? '';
		},
		world,
		requests,
		faults: {add: (...given) => faults.add(...given), clear: () => faults.clear()},
		snapshot: () => withoutSecrets(world),
		file: (volid) => [...dc.files].find(([key]) => key === volid || key.endsWith(`/${volid}`))?.[1],
		killWorker: (upid) => dc.tasks.kill(upid),
		holdWorkers: (pauses, options) => dc.tasks.hold(pauses, options),
		setNode,
		migrate,
		onRequest(hook) {
			hooks.add(hook);
			return () => hooks.delete(hook);
		},
		settle: () => dc.tasks.settle(),
		async close() {
			clock.stop();
			await control?.close();
			for (const server of servers.values()) await server.close();
		},
	};
	control = await startControl(simulator, host);
	return simulator;
}

function worldOf({world = 'small', pveVersion}: SimulatorOptions): World {
	if (typeof world !== 'string') return pveVersion === undefined ? world : Object.assign(world, {pveVersion});
	if (world === 'small') return smallWorld(pveVersion);
	if (world === 'cluster') return clusterWorld(pveVersion);
	if (world === 'crowded') return crowdedWorld(pveVersion);
	const loaded = loadWorld(world);
	return pveVersion === undefined ? loaded : Object.assign(loaded, {pveVersion});
}

/** The state as a copy that may be printed. */
function withoutSecrets(world: World): World {
	const copy = structuredClone(world);
	for (const token of Object.values(copy.access.tokens)) token.secret = '';
	return copy;
}

function listenOf(listen = '127.0.0.1:0'): {readonly host: string; readonly port: number} {
	const at = listen.lastIndexOf(':');
	const host = at < 0 ? '127.0.0.1' : listen.slice(0, at).replace(/^\[|\]$/g, '') || '127.0.0.1';
	const port = Number(at < 0 ? listen : listen.slice(at + 1));
	if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`cannot listen on '${listen}'`);
	return {host, port};
}
