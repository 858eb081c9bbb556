import {forgetAccess, holdsAll, mayModify} from '../../access.ts';
import type {Call} from '../../call.ts';
import {isOn} from '../../call.ts';
import {changeUserConfig} from '../../pmxcfs.ts';
import {badParameters, die} from '../../refusal.ts';
import {splitList} from '../../schema/formats.ts';
import {builtInRoles} from '../../world/roles.ts';
import {demandUser} from './users.ts';

/** GET /access/acl: everything the caller may see. pve-access-control API2/ACL.pm read_acl. */
export function listAcl({dc: {world}, caller}: Call): unknown {
	const audit = holdsAll(world, caller, '/access', ['Sys.Audit']);
	return world.access.acl
		.filter(({path}) => audit || mayModify(world, caller, path))
		.map(({path, who, role, propagate}) => ({
			path,
			ugid: who,
			roleid: role,
			type: who.includes('!') ? 'token' : 'user',
			propagate: propagate ? 1 : 0,
		}));
}

/** AccessControl.pm normalize_path. */
export const normalizedPath = (path = ''): string => `/${path.split('/').filter(Boolean).join('/')}`;

// AccessControl.pm check_path
const part = '[A-Za-z0-9._-]+';
const aclPath = new RegExp(
	`^(?:/|/access(?:/groups|/realm)?|/access/(?:groups|realm)/${part}|/nodes(?:/${part})?|/pool(?:/${part}){0,3}|/sdn|/sdn/zones(?:/${part}){0,2}|/sdn/zones/${part}/${part}/[1-9]\\d{0,3}|/storage(?:/${part})?|/vms(?:/[1-9]\\d{2,})?|/mapping(?:/${part}){0,2})$`,
);

/** PUT /access/acl: adds or removes rights of users and tokens. API2/ACL.pm update_acl. */
export function putAcl({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {users = '', tokens = '', groups = '', roles = '', propagate} = parameters;
	if (users === '' && tokens === '' && groups === '') {
		const text = "either 'users', 'groups' or 'tokens' is required.";
		throw badParameters({users: text, groups: text, tokens: text});
	}
	const path = normalizedPath(parameters.path);
	const removes = isOn(parameters.delete);
	if (!removes && !aclPath.test(path)) throw badParameters({path: `invalid ACL path '${parameters.path}'`});
	return changeUserConfig(dc, node, 'ACL update', () => {
		for (const role of splitList(roles)) {
			const known = world.access.roles[role] ?? builtInRoles(world.pveVersion)[role];
			if (known === undefined) throw die(`role '${role}' does not exist`);
			for (const group of splitList(groups)) throw die(`group '${group}' does not exist`);
			for (const user of splitList(users)) demandNamed(user);
			for (const token of splitList(tokens)) demandToken(token);
			for (const who of [...splitList(users), ...splitList(tokens)]) {
				forgetAccess(world, (entry) => entry.path === path && entry.who === who && entry.role === role);
				if (!removes) world.access.acl.push({path, who, role, propagate: propagate !== '0'});
			}
		}
	});

	function demandNamed(user: string): void {
		if (world.access.users[user] === undefined) throw die(`user '${user}' does not exist`);
	}
	function demandToken(id: string): void {
		const [user = '', token = ''] = id.split('!');
		demandUser(world, user);
		if (world.access.tokens[id] === undefined) throw die(`no such token '${token}' for user '${user}'`);
	}
}
