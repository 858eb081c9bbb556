import {demandAll, demandAny, forgetAccess, holdsAny} from '../../access.ts';
import type {Call} from '../../call.ts';
import {isOn} from '../../call.ts';
import {changeUserConfig} from '../../pmxcfs.ts';
import {die} from '../../refusal.ts';
import type {World} from '../../world.ts';
import {tokensOf} from './tokens.ts';

/** GET /access/users: those the caller may see, and always the caller. pve-access-control API2/User.pm index. */
export function listUsers({dc: {world}, caller, parameters}: Call): unknown {
	const all = holdsAny(world, caller, '/access/groups', ['User.Modify', 'Sys.Audit']);
	return Object.keys(world.access.users)
		.filter((userid) => all || userid === caller.authid)
		.sort()
		.map((userid) => ({
			userid,
			...describeUser(world, userid),
			'realm-type': realmOf(userid),
			...(isOn(parameters.full) ? {groups: '', tokens: tokensOf(world, userid)} : {}),
		}));
}

/** GET /access/users/U. User.pm read_user. */
export function getUser({dc: {world}, parameters}: Call): unknown {
	const {userid = ''} = parameters;
	demandUser(world, userid);
	const tokens = tokensOf(world, userid).map(({tokenid, ...info}) => [tokenid, info]);
	return {...describeUser(world, userid), groups: [], tokens: Object.fromEntries(tokens)};
}

/** POST /access/users. User.pm create_user. */
export function createUser({dc, node, caller, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {userid = '', enable, comment, password} = parameters;
	demandAll(world, caller, `/access/realm/${realmOf(userid)}`, 'Realm.AllocateUser');
	demandAny(world, caller, '/access/groups', 'User.Modify');
	return changeUserConfig(dc, node, 'create user', () => {
		if (world.access.users[userid] !== undefined) throw die(`user '${userid}' already exists`);
		world.access.users[userid] = {
			enabled: enable !== '0',
			...(comment === undefined || comment === '' ? {} : {comment}),
			...(password === undefined ? {} : {password}),
		};
	});
}

/** DELETE /access/users/U: the user's tokens and rights go with it. User.pm delete_user. */
export function deleteUser({dc, node, caller, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {userid = ''} = parameters;
	demandAll(world, caller, `/access/realm/${realmOf(userid)}`, 'Realm.AllocateUser');
	demandUser(world, userid);
	demandAny(world, caller, '/access/groups', 'User.Modify');
	return changeUserConfig(dc, node, 'delete user', () => {
		delete world.access.users[userid];
		for (const id of Object.keys(world.access.tokens)) if (id.startsWith(`${userid}!`)) delete world.access.tokens[id];
		forgetAccess(world, ({who}) => who === userid || who.startsWith(`${userid}!`));
	});
}

function describeUser(world: World, userid: string): Readonly<Record<string, unknown>> {
	const user = demandUser(world, userid);
	return {
		enable: user.enabled ? 1 : 0,
		expire: 0,
		...(userid === 'root@pam' ? {} : {email: ''}),
		...(user.comment === undefined ? {} : {comment: user.comment}),
	};
}

/** AccessControl.pm check_user_exist. */
export function demandUser(world: World, userid: string): World['access']['users'][string] {
	const user = world.access.users[userid];
	if (user === undefined) throw die(`no such user ('${userid}')`);
	return user;
}

const realmOf = (userid: string): string => userid.slice(userid.lastIndexOf('@') + 1);
