import type {Logger} from '../log/logger.ts';
import type {ActiveClone, ActiveUpload, DeadWork} from '../runner/observed.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';
import {type AccessCalls, accessCalls} from './access.ts';
import {findActiveClones} from './active-clones.ts';
import {findActiveUploads} from './active-uploads.ts';
import {type ClusterCalls, clusterCalls} from './cluster.ts';
import {findDeadWork} from './dead-work.ts';
import {createEngine} from './engine.ts';
import {readAgentAddresses} from './guest-agent.ts';
import {createHttp, tokenCredentials} from './http.ts';
import {createSession} from './session.ts';
import {sightProof} from './sight.ts';
import {type StorageCalls, storageCalls} from './storage.ts';
import type {TlsChoice} from './trust.ts';
import {type VmCalls, vmCalls} from './vm.ts';
import {findVmTasks} from './vm-tasks.ts';

export interface PveOptions {
	/** `https://host:8006`, each an entry to the same cluster. */
	readonly urls: readonly string[];
	/** `id` as `user@realm!name`. */
	readonly token: {readonly id: string; readonly secret: string};
	/** The resource pool that the runners are in; without one they are in none. */
	readonly runnerPool?: string;
	readonly tls: TlsChoice;
	/** `http://host:3128`; proxies of the environment are not looked at. */
	readonly proxy?: string;
	/** More than 30 s, which is what PVE gives another node to answer. */
	readonly requestTimeoutMs: number;
	readonly deadline: Deadline;
	readonly clock: Clock;
	readonly logger: Logger;
	/** From 0 to below 1. */
	readonly random?: () => number;
	/** The waits between looks at a task; the last one goes on. */
	readonly pollDelaysMs?: readonly number[];
}

/** A cluster that is driven through its API. Every failure is a Fault whose facts.kind is one of lib/pve/kind.ts. */
export interface PveCluster extends ClusterCalls, VmCalls, StorageCalls, AccessCalls {
	activeClones(nodes: readonly string[]): Promise<readonly ActiveClone[]>;
	activeUploads(nodes: readonly string[]): Promise<readonly ActiveUpload[]>;
	deadWork(nodes: readonly string[]): Promise<readonly DeadWork[]>;
	vmTasks(node: string, vmid: number): Promise<readonly string[]>;
	agentAddresses(node: string, vmid: number, timeoutMs: number): Promise<readonly string[] | undefined>;
	proveSight(): Promise<void>;
	/** Closes the connections. */
	close(): void;
}

// A linked clone takes 0.1 to 2 s, so the first looks come soon; each one costs one of pvedaemon's three workers.
const usualPollDelaysMs = [100, 150, 200, 250, 300, 400, 600, 1_000];

/** The cluster behind `urls`; nothing is sent yet. Throws `bad-request` for an address or fingerprint that is none. */
export function connectPve(options: PveOptions): PveCluster {
	const {clock, deadline, logger, requestTimeoutMs, token} = options;
	const {random = Math.random, pollDelaysMs = usualPollDelaysMs} = options;
	const http = createHttp({...options, credentials: tokenCredentials(token)});
	const engine = createEngine({http, clock, deadline, logger, random}, {timeoutMs: requestTimeoutMs, retries: true});
	const session = createSession({engine, clock, deadline, logger, random, pollDelaysMs, tokenId: token.id});
	const access = accessCalls(session);
	return {
		...clusterCalls(session),
		...vmCalls(session),
		...storageCalls(session),
		...access,
		activeClones: (nodes) => findActiveClones(session, nodes),
		activeUploads: (nodes) => findActiveUploads(session, nodes),
		deadWork: (nodes) => findDeadWork(session, nodes),
		vmTasks: (node, vmid) => findVmTasks(session, node, vmid),
		agentAddresses: (node, vmid, timeoutMs) => readAgentAddresses(session, node, vmid, timeoutMs),
		proveSight: sightProof(access, options.runnerPool),
		close: () => http.close(),
	};
}
