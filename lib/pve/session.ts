import {type Proxmox, proxmoxApi} from 'proxmox-api';
import {Fault, isFault} from '../fault.ts';
import type {Logger} from '../log/logger.ts';
import {BadAnswer} from './bad-answer.ts';
import type {Engine} from './engine.ts';
import {type Act, explain} from './explain.ts';
import type {Kind} from './kind.ts';
import {awaitTask, type TaskWorld} from './task.ts';
import {parseUpid, type Upid} from './upid.ts';

/** What the calls of a room share: typed paths, and errors that come out as Faults. */
export interface Session {
	readonly api: Proxmox.Api;
	readonly engine: Engine;
	readonly logger: Logger;
	readonly tokenId: string;
	/** What `work` gives; throws a Fault that says `act` was not possible. */
	attempt<T>(act: Act, work: () => Promise<T>): Promise<T>;
	/** Gives the task that `begin` starts when it has ended well. */
	runTask(act: Act, begin: () => Promise<unknown>): Promise<Upid>;
	/** Whether nothing in the cluster has this VMID, seen by the token or not. */
	isVmidFree(vmid: number): Promise<boolean>;
}

/** A session of one token over one engine. */
export function createSession(world: TaskWorld & {readonly tokenId: string}): Session {
	const {engine, logger, tokenId} = world;
	const api = proxmoxApi(engine);

	async function attempt<T>(act: Act, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			const fault = explain(error, act, tokenId);
			const vmid = vmidRefused(fault, act);
			throw vmid !== undefined && (await isVmidFree(vmid)) ? goneFault(act, fault) : fault;
		}
	}

	function isVmidFree(vmid: number): Promise<boolean> {
		return attempt({what: `ask whether VMID ${vmid} is free`}, async () => {
			try {
				await api.cluster.nextid.$get({vmid});
				return true;
			} catch (error) {
				// API2/Cluster.pm nextid: "VM 100 already exists", of a container too.
				if (error instanceof BadAnswer && / already exists$/.test(error.fields.vmid ?? '')) return false;
				throw error;
			}
		});
	}

	return {
		api,
		engine,
		logger,
		tokenId,
		attempt,
		isVmidFree,
		runTask: (act, begin) =>
			attempt(act, async () => {
				const answer = await begin();
				const upid = parseUpid(answer);
				if (upid === undefined) throw noTask(act);
				await awaitTask(world, upid);
				return upid;
			}),
	};
}

// RPCEnvironment.pm checks privileges before existence: a token that sees a pool only gets 403 for a VM that is gone.
function vmidRefused(fault: unknown, {vmid}: Act): number | undefined {
	if (!isFault(fault, 'refused') || fault.facts.kind !== ('permission' satisfies Kind)) return undefined;
	return fault.facts.path === `/vms/${vmid}` ? vmid : undefined;
}

function goneFault({what, vmid, node}: Act, cause: unknown): Fault {
	return new Fault('not-found', `Unable to ${what}: no VM of the cluster has this VMID.`, {
		facts: {kind: 'gone' satisfies Kind, vmid, node},
		cause,
	});
}

function noTask({what, vmid, node}: Act): Fault {
	return new Fault(
		'unreachable',
		`Unable to ${what}: PVE's answer names no task. Whether it happened has to be looked up.`,
		{facts: {kind: 'outcome-unknown' satisfies Kind, vmid, node}},
	);
}
