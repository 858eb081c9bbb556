import {demandAll, demandModify, forgetAccess, holdsAll} from '../access.ts';
import type {Call} from '../call.ts';
import {isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {awaitCfsLock, changeUserConfig} from '../pmxcfs.ts';
import {die} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import type {Worker} from '../task.ts';
import type {Pool, World} from '../world.ts';
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
	const pool = poolNamed(dc, poolid);
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
export function putPool({dc, node, caller, parameters}: Call): Promise<null> {
	const {world} = dc;
	const poolid = parameters.poolid ?? '';
	return changeUserConfig(dc, node, 'update pools', () => {
		const pool = poolNamed(dc, poolid);
		for (const vmid of splitList(parameters.vms ?? '').map(Number)) {
			demandModify(world, caller, `/vms/${vmid}`);
			if (isOn(parameters.delete)) removeMember(pool, vmid);
			else addMember(world, poolid, vmid, isOn(parameters['allow-move']));
		}
		if (parameters.comment !== undefined) pool.comment = parameters.comment;
	});
}

function removeMember({vms}: Pool, vmid: number): void {
	const at = vms.indexOf(vmid);
	if (at < 0) throw die(`VM ${vmid} is not a pool member`);
	vms.splice(at, 1);
}

function addMember(world: World, poolid: string, vmid: number, moves: boolean): void {
	const old = Object.keys(world.pools).find((name) => world.pools[name]?.vms.includes(vmid));
	if (old === poolid) throw die(`VM ${vmid} is already a pool member`);
	if (old !== undefined && !moves) throw die(`VM ${vmid} belongs already to pool '${old}'`);
	if (old !== undefined) removeMember(world.pools[old] as Pool, vmid);
	world.pools[poolid]?.vms.push(vmid);
}

/** POST /pools. API2/Pool.pm create_pool. */
export function createPool({dc, node, parameters}: Call): Promise<null> {
	const {poolid = '', comment} = parameters;
	return changeUserConfig(dc, node, 'create pool', () => {
		if (dc.world.pools[poolid] !== undefined) throw die(`pool '${poolid}' already exists`);
		dc.world.pools[poolid] = {...(comment ? {comment} : {}), vms: [], storages: []};
	});
}

/** DELETE /pools/P: an empty one, and the rights on it. API2/Pool.pm delete_pool. */
export function deletePool({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const poolid = parameters.poolid ?? '';
	return changeUserConfig(dc, node, 'delete pool', () => {
		const pool = poolNamed(dc, poolid);
		const member = pool.vms.find((vmid) => world.guests[vmid] !== undefined);
		if (member !== undefined) throw die(`pool '${poolid}' is not empty (contains VM ${member})`);
		const storage = pool.storages.find((name) => world.storages[name] !== undefined);
		if (storage !== undefined) throw die(`pool '${poolid}' is not empty (contains storage '${storage}')`);
		delete world.pools[poolid];
		forgetAccess(world, ({path}) => path === `/pool/${poolid}`);
	});
}

function poolNamed({world}: Datacenter, poolid: string): Pool {
	const pool = world.pools[poolid];
	if (pool === undefined) throw die(`pool '${poolid}' does not exist`);
	return pool;
}
