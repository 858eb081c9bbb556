import {randomUUID} from 'node:crypto';
import {callerOf, privilegesAt} from '../../access.ts';
import type {Call} from '../../call.ts';
import {texts} from '../../refusal.ts';

/** POST /access/ticket; every failure is told in the same words. API2/AccessControl.pm create_ticket. */
export function createTicket({dc, parameters}: Call): unknown {
	const {world, tickets} = dc;
	const {username = '', realm, password} = parameters;
	const user = realm === undefined ? username : `${username}@${realm}`;
	const known = world.access.users[user];
	if (known?.enabled !== true || known.password === undefined || known.password !== password) {
		throw texts.authenticationFailure();
	}
	const age = dc.seconds().toString(16).toUpperCase();
	const csrf = `${age}:${randomUUID()}`;
	// A ticket that still waits for the second factor opens nothing.
	const ticket =
		known.tfa === true ? `PVE:!tfa!${user}:${age}::${randomUUID()}` : `PVE:${user}:${age}::${randomUUID()}`;
	const answer = {ticket, username: user, CSRFPreventionToken: csrf};
	if (known.tfa === true) return {...answer, NeedTFA: 1};
	tickets.set(ticket, {user, csrf});
	const cluster = world.clusterName;
	return {...answer, cap: capabilities(dc, user), ...(cluster === undefined ? {} : {clustername: cluster})};
}

const groups: Readonly<Record<string, {readonly path: string; readonly pattern: RegExp}>> = {
	vms: {path: '/vms', pattern: /^(?:VM\.|Permissions\.Modify)/},
	access: {path: '/access/groups', pattern: /^(?:(?:User|Group)\.|Permissions\.Modify)/},
	storage: {path: '/storage', pattern: /^(?:Datastore\.|Permissions\.Modify)/},
	nodes: {path: '/nodes', pattern: /^(?:Sys\.|Permissions\.Modify)/},
	sdn: {path: '/sdn', pattern: /^(?:SDN\.|Permissions\.Modify)/},
	dc: {path: '/', pattern: /^(?:Sys\.Audit|Sys\.Modify|SDN\.)/},
	mapping: {path: '/mapping', pattern: /^(?:Mapping\.|Permissions\.Modify)/},
};

/** What the web interface may offer. RPCEnvironment.pm compute_api_permission, without paths that only ACLs name. */
function capabilities({world}: Call['dc'], user: string): unknown {
	return Object.fromEntries(
		Object.entries(groups).map(([group, {path, pattern}]) => {
			const held = [...privilegesAt(world, callerOf(user), path).keys()].filter((privilege) => pattern.test(privilege));
			return [group, Object.fromEntries(held.map((privilege) => [privilege, 1]))];
		}),
	);
}
