import {demandAll, holdsAll} from '../access.ts';
import type {Call} from '../call.ts';
import {isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {awaitCfsLock} from '../pmxcfs.ts';
import {die} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import type {Worker} from '../task.ts';
import {guestRow} from './resources.ts';

/** Adds a new VM to its pool. AccessControl.pm add_vm_to_pool. */
export async function joinPool(
	dc: Datacenter,
	node: string,
	worker: Worker,
	pool: string | undefined,
	vmid: number,
): Promise<void> {
	if (pool === undefined) return;
	await worker.pause(10);
	await awaitCfsLock(dc, node, 'file-user_cfg');
	dc.world.pools[pool]?.vms.push(vmid);
}

/** GET /pools: those the caller may audit; with `poolid` one with its members. pve-manager API2/Pool.pm index. */
export function listPools(call: Call): unknown {
	const {
		dc: {world},
		caller,
		parameters,
	} = call;
	if (parameters.poolid !== undefined) {
		demandAll(world, caller, `/pool/${parameters.poolid}`, 'Pool.Audit');
		return [poolWithMembers(call, parameters.poolid)];
	}
	return Object.entries(world.pools)
		.filter(([poolid]) => holdsAll(world, caller, `/pool/${poolid}`, ['Pool.Audit']))
		.map(([poolid, {comment}]) => ({poolid, ...(comment === undefined ? {} : {comment})}));
}

/** GET /pools/P. API2/Pool.pm read_pool. */
export function getPool(call: Call): unknown {
	return poolWithMembers(call, call.parameters.poolid ?? '');
}

function poolWithMembers({dc}: Call, poolid: string): unknown {
	const pool = dc.world.pools[poolid];
	if (pool === undefined) throw die(`pool '${poolid}' does not exist`);
	const members = pool.vms.flatMap((vmid) => {
		const guest = dc.world.guests[vmid];
		if (guest === undefined) return [];
		// The members of a pool are shown without pool, tags and lock.
		const {pool: _pool, tags: _tags, lock: _lock, ...row} = guestRow(dc, guest);
		return [row];
	});
	const storages = pool.storages.flatMap((storage) =>
		Object.keys(dc.world.nodes).map((node) => ({id: `storage/${node}/${storage}`, node, storage, type: 'storage'})),
	);
	return {poolid, members: [...members, ...storages], ...(pool.comment === undefined ? {} : {comment: pool.comment})};
}

/** PUT /pools/P: adds or removes members. API2/Pool.pm update_pool. */
export async function putPool(call: Call): Promise<null> {
	const {dc, node, caller, parameters} = call;
	const poolid = parameters.poolid ?? '';
	const pool = dc.world.pools[poolid];
	if (pool === undefined) throw die(`update pools failed: pool '${poolid}' does not exist`);
	try {
		await awaitCfsLock(dc, node, 'file-user_cfg');
	} catch (error) {
		throw die(`update pools failed: ${error instanceof Error ? error.message : String(error)}`);
	}
	for (const vmid of splitList(parameters.vms ?? '').map(Number)) {
		demandAll(dc.world, caller, `/vms/${vmid}`, 'VM.Allocate');
		const at = pool.vms.indexOf(vmid);
		if (isOn(parameters.delete)) {
			if (at < 0) throw die(`update pools failed: VM ${vmid} is not a pool member`);
			pool.vms.splice(at, 1);
		} else if (at < 0) pool.vms.push(vmid);
		else throw die(`update pools failed: VM ${vmid} is already a pool member`);
	}
	if (parameters.comment !== undefined) pool.comment = parameters.comment;
	return null;
}
