import {callerOf, demandAll, privilegesAt} from '../access.ts';
import type {Call} from '../call.ts';

const topPaths = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms'];

/** GET /access/permissions: path to privilege to whether it is handed down. API2/AccessControl.pm permissions. */
export function permissions({dc, caller, parameters}: Call): unknown {
	const {world} = dc;
	const who = parameters.userid ?? caller.authid;
	const isOwn = who === caller.authid || (caller.token === undefined && who.startsWith(`${caller.user}!`));
	if (!isOwn) demandAll(world, caller, '/access', 'Sys.Audit');
	const members = Object.values(world.pools).flatMap(({vms, storages}) => [
		...vms.map((vmid) => `/vms/${vmid}`),
		...storages.map((storage) => `/storage/${storage}`),
	]);
	const paths =
		parameters.path === undefined
			? new Set([...topPaths, ...world.access.acl.map(({path}) => path), ...members])
			: new Set([parameters.path]);
	const answer: Record<string, Readonly<Record<string, number>>> = {};
	for (const path of paths) {
		const held = privilegesAt(world, callerOf(who), path);
		if (held.size > 0) answer[path] = Object.fromEntries([...held].map(([privilege, on]) => [privilege, on ? 1 : 0]));
	}
	return answer;
}
