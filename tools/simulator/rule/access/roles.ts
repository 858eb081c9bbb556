import {forgetAccess} from '../../access.ts';
import type {Call} from '../../call.ts';
import {isOn} from '../../call.ts';
import {changeUserConfig} from '../../pmxcfs.ts';
import {badParameters, die} from '../../refusal.ts';
import {splitList} from '../../schema/formats.ts';
import {builtInRoles} from '../../world/roles.ts';
import type {World} from '../../world.ts';

/** GET /access/roles: everybody may read them. pve-access-control API2/Role.pm index. */
export function listRoles({dc: {world}}: Call): unknown {
	const rows = (roles: Readonly<Record<string, readonly string[]>>, special: number) =>
		Object.entries(roles).map(([roleid, privileges]) => ({roleid, privs: [...privileges].sort().join(','), special}));
	return [...rows(builtInRoles(world.pveVersion), 1), ...rows(world.access.roles, 0)];
}

/** GET /access/roles/R. Role.pm read_role. */
export function getRole({dc: {world}, parameters}: Call): unknown {
	const {roleid = ''} = parameters;
	const privileges = world.access.roles[roleid] ?? builtInRoles(world.pveVersion)[roleid];
	if (privileges === undefined) throw noSuchRole(roleid);
	return Object.fromEntries(privileges.map((privilege) => [privilege, 1]));
}

/** POST /access/roles. Role.pm create_role. */
export function createRole({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {roleid = '', privs = ''} = parameters;
	if (/^PVE/i.test(roleid)) {
		throw badParameters({roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"});
	}
	return changeUserConfig(dc, node, 'create role', () => {
		if (isKnown(world, roleid)) throw die(`role '${roleid}' already exists`);
		world.access.roles[roleid] = splitList(privs);
	});
}

/** PUT /access/roles/R: replaces what it holds, or adds to it. Role.pm update_role. */
export function updateRole({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {roleid = '', privs = '', append} = parameters;
	demandOwn(world, roleid, 'modified');
	return changeUserConfig(dc, node, 'update role', () => {
		const before = world.access.roles[roleid];
		if (before === undefined) throw noSuchRole(roleid);
		world.access.roles[roleid] = [...new Set([...(isOn(append) ? before : []), ...splitList(privs)])];
	});
}

/** DELETE /access/roles/R; rights that name it are dropped when user.cfg is read again. Role.pm delete_role. */
export function deleteRole({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {roleid = ''} = parameters;
	demandOwn(world, roleid, 'deleted');
	return changeUserConfig(dc, node, 'delete role', () => {
		if (world.access.roles[roleid] === undefined) throw noSuchRole(roleid);
		delete world.access.roles[roleid];
		forgetAccess(world, ({role}) => role === roleid);
	});
}

const isKnown = (world: World, role: string): boolean =>
	world.access.roles[role] !== undefined || builtInRoles(world.pveVersion)[role] !== undefined;

const noSuchRole = (role: string) => die(`role '${role}' does not exist`);

function demandOwn(world: World, role: string, what: string): void {
	if (builtInRoles(world.pveVersion)[role] === undefined) return;
	throw die(`auto-generated role '${role}' cannot be ${what}`);
}
