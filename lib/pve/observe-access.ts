import type {AclEntry, ObservedAccess, ObservedPool, ObservedStorageConfig, ObservedUser} from '../access/observed.ts';
import {isEnabled, readRoles, splitList} from './access.ts';
import {numberIn, type Row, readRow, readRows, required, textIn} from './decode.ts';
import type {Engine} from './engine.ts';

/** Users, roles, rights, pools and storages, complete or a fault. */
export async function observeAccess(engine: Engine): Promise<ObservedAccess> {
	const list = async (path: string, what: string) => readRows(await get(engine, path), what);
	const [roles, users, acl, pools, storages] = await Promise.all([
		get(engine, '/access/roles').then(readRoles),
		list('/access/users?full=1', 'the users'),
		list('/access/acl', 'the rights'),
		list('/pools', 'the pools'),
		list('/storage', 'the storages'),
	]);
	const members = await Promise.all(pools.map((row) => readPool(engine, nameIn(row, 'poolid'))));
	return {
		// The built-in role that holds everything this version has.
		knownPrivileges: roles.Administrator ?? [],
		roles,
		users: Object.fromEntries(users.map((row) => [nameIn(row, 'userid'), userFrom(row)])),
		acl: acl.map(aclFrom),
		pools: Object.fromEntries(members),
		storages: Object.fromEntries(storages.map((row) => [nameIn(row, 'storage'), storageFrom(row)])),
	};
}

function nameIn(row: Row, key: string): string {
	return required(textIn(row, key), key, 'users, roles and rights');
}

function userFrom(row: Row): ObservedUser {
	const comment = textIn(row, 'comment');
	const tokens = row.tokens === undefined ? [] : readRows(row.tokens, 'the tokens of a user');
	return {
		enabled: isEnabled(row),
		...(comment === undefined ? {} : {comment}),
		tokens: tokens.map((token) => nameIn(token, 'tokenid')),
	};
}

function aclFrom(row: Row): AclEntry {
	return {path: nameIn(row, 'path'), who: nameIn(row, 'ugid'), role: nameIn(row, 'roleid')};
}

async function readPool(engine: Engine, pool: string): Promise<readonly [string, ObservedPool]> {
	const id = encodeURIComponent(pool);
	// API2/Pool.pm: a pool within a pool has a slash in its name, which only the list's own parameter takes.
	const nested = pool.includes('/') ? readRows(await get(engine, `/pools?poolid=${id}`), 'a pool')[0] : undefined;
	const row = nested ?? readRow(await get(engine, `/pools/${id}`), 'a pool');
	const comment = textIn(row, 'comment');
	const members = readRows(row.members ?? [], 'the members of a pool');
	const vms = members.flatMap((member) => numberIn(member, 'vmid') ?? []);
	return [pool, {...(comment === undefined ? {} : {comment}), vms}];
}

function storageFrom(row: Row): ObservedStorageConfig {
	const path = textIn(row, 'path');
	return {
		type: textIn(row, 'type') ?? '',
		content: splitList(textIn(row, 'content')),
		...(path === undefined ? {} : {path}),
	};
}

async function get(engine: Engine, path: string): Promise<unknown> {
	return (await engine.ask({method: 'GET', path})).data;
}
