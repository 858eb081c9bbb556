import {texts} from './refusal.ts';
import {allPrivileges, builtInRoles} from './world/roles.ts';
import type {AclEntry, World} from './world.ts';

/** Who asks: the user, and the token where one was used. */
export interface Caller {
	readonly user: string;
	readonly token?: string;
	/** `user` or `user!token`. */
	readonly authid: string;
	/** root@pam with a password ticket: tokens of root are not root. */
	readonly isRoot: boolean;
}

/** The caller for a user or token id. */
export function callerOf(authid: string): Caller {
	const [user = '', token] = authid.split('!');
	return {user, authid, isRoot: authid === 'root@pam', ...(token === undefined ? {} : {token})};
}

/** The privileges on a path, each with whether it is handed down. RPCEnvironment.pm permissions. */
export function privilegesAt(world: World, caller: Caller, path: string): ReadonlyMap<string, boolean> {
	const ofUser = privilegesOf(world, caller.user, path);
	if (caller.token === undefined) return ofUser;
	if (world.access.tokens[caller.authid]?.privsep !== true) return ofUser;
	const ofToken = privilegesOf(world, caller.authid, path);
	return new Map([...ofToken].filter(([privilege]) => ofUser.has(privilege)));
}

function privilegesOf(world: World, who: string, path: string): Map<string, boolean> {
	if (who === 'root@pam') return new Map(allPrivileges(world.pveVersion).map((privilege) => [privilege, true]));
	const roles = new Map(rolesAt(world, who, path));
	const pool = poolOf(world, path);
	// RPCEnvironment.pm compile_acl_path: roles on the pool are added to those on the guest, and not handed down.
	if (pool !== undefined) {
		for (const [role] of rolesAt(world, who, `/pool/${pool}`)) if (!roles.has(role)) roles.set(role, false);
	}
	if (roles.has('NoAccess')) return new Map();
	const privileges = new Map<string, boolean>();
	for (const [role, propagate] of roles) {
		const granted = world.access.roles[role] ?? builtInRoles(world.pveVersion)[role] ?? [];
		for (const privilege of granted) privileges.set(privilege, propagate || privileges.get(privilege) === true);
	}
	return privileges;
}

/** AccessControl.pm roles: the deepest path that names the user replaces what higher paths gave. */
function rolesAt(world: World, who: string, path: string): ReadonlyMap<string, boolean> {
	let roles = new Map<string, boolean>();
	let depth = -1;
	const entries = world.access.acl.filter(({who: named}) => named === who);
	for (const entry of entries.sort((a, b) => a.path.length - b.path.length)) {
		const final = entry.path === path;
		if (!final && !(entry.propagate && (entry.path === '/' || path.startsWith(`${entry.path}/`)))) continue;
		if (entry.path.length !== depth) roles = new Map();
		depth = entry.path.length;
		roles.set(entry.role, entry.propagate);
	}
	return roles;
}

function poolOf(world: World, path: string): string | undefined {
	const guest = /^\/vms\/(\d+)$/.exec(path)?.[1];
	const storage = /^\/storage\/([^/]+)$/.exec(path)?.[1];
	for (const [name, pool] of Object.entries(world.pools)) {
		if (guest !== undefined && pool.vms.includes(Number(guest))) return name;
		if (storage !== undefined && pool.storages.includes(storage)) return name;
	}
	return undefined;
}

/** Whether the caller holds every one of the privileges on the path. */
export function holdsAll(world: World, caller: Caller, path: string, privileges: readonly string[]): boolean {
	const held = privilegesAt(world, caller, path);
	return privileges.every((privilege) => held.has(privilege));
}

/** Whether the caller holds at least one of the privileges on the path. */
export function holdsAny(world: World, caller: Caller, path: string, privileges: readonly string[]): boolean {
	const held = privilegesAt(world, caller, path);
	return privileges.some((privilege) => held.has(privilege));
}

/** Refuses a caller that lacks one of the privileges. RPCEnvironment.pm check. */
export function demandAll(world: World, caller: Caller, path: string, ...privileges: readonly string[]): void {
	if (!holdsAll(world, caller, path, privileges)) throw texts.permission(path, privileges);
}

/** Refuses a caller that has none of the privileges. RPCEnvironment.pm check_full with `any`. */
export function demandAny(world: World, caller: Caller, path: string, ...privileges: readonly string[]): void {
	if (!holdsAny(world, caller, path, privileges)) throw texts.permission(path, privileges);
}

/** Whether the caller may change the rights on a path. RPCEnvironment.pm check_perm_modify. */
export function mayModify(world: World, caller: Caller, path: string): boolean {
	return holdsAny(world, caller, path, modifiers(path));
}

/** Refuses a caller that may not change the rights on a path. */
export function demandModify(world: World, caller: Caller, path: string): void {
	demandAny(world, caller, path, ...modifiers(path));
}

function modifiers(path: string): readonly string[] {
	const own = {storage: 'Datastore.Allocate', vms: 'VM.Allocate', pool: 'Pool.Allocate'} as const;
	const kind = /^\/(storage|vms|pool)\/./.exec(path)?.[1] as keyof typeof own | undefined;
	return ['Permissions.Modify', ...(kind === undefined ? [] : [own[kind]])];
}

/** Takes rights out of the world. */
export function forgetAccess(world: World, which: (entry: AclEntry) => boolean): void {
	world.access.acl = world.access.acl.filter((entry) => !which(entry));
}
