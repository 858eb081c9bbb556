import type {AclEntry, ObservedAccess} from './observed.ts';
import type {AccessStep} from './step.ts';

/** The cluster as it is after a step that ended well. */
export function after(seen: ObservedAccess, step: AccessStep): ObservedAccess {
	switch (step.do) {
		case 'add-role':
			return {...seen, roles: {...seen.roles, [step.role]: step.privileges}};
		case 'extend-role':
			return {...seen, roles: {...seen.roles, [step.role]: [...(seen.roles[step.role] ?? []), ...step.privileges]}};
		case 'remove-role':
			return {...without(seen, ({role}) => role === step.role), roles: omit(seen.roles, step.role)};
		case 'add-pool':
			return {...seen, pools: {...seen.pools, [step.pool]: {comment: step.comment, vms: []}}};
		case 'remove-pool':
			return {...without(seen, ({path}) => path === `/pool/${step.pool}`), pools: omit(seen.pools, step.pool)};
		case 'add-members':
			return withMembers(seen, step.pool, (vms) => [...vms, ...step.vmids]);
		case 'remove-members':
			return withMembers(seen, step.pool, (vms) => vms.filter((vmid) => !step.vmids.includes(vmid)));
		case 'add-storage':
			return {...seen, storages: {...seen.storages, [step.storage]: {type: 'dir', content: ['iso'], path: step.path}}};
		case 'remove-storage':
			return {
				...without(seen, ({path}) => path === `/storage/${step.storage}`),
				storages: omit(seen.storages, step.storage),
			};
		case 'add-user':
			return {...seen, users: {...seen.users, [step.user]: {enabled: true, comment: step.comment, tokens: []}}};
		case 'remove-user':
			return {
				...without(seen, ({who}) => who === step.user || who.startsWith(`${step.user}!`)),
				users: omit(seen.users, step.user),
			};
		case 'add-token':
			return withTokens(seen, step.user, (tokens) => [...tokens, step.token]);
		case 'remove-token':
			return withTokens(
				without(seen, ({who}) => who === `${step.user}!${step.token}`),
				step.user,
				(tokens) => tokens.filter((token) => token !== step.token),
			);
		case 'grant':
			return {...seen, acl: [...seen.acl, ...step.whose.map((who) => ({path: step.path, role: step.role, who}))]};
		case 'revoke':
			return without(seen, ({path, role, who}) => path === step.path && role === step.role && step.whose.includes(who));
	}
}

function without(seen: ObservedAccess, which: (entry: AclEntry) => boolean): ObservedAccess {
	return {...seen, acl: seen.acl.filter((entry) => !which(entry))};
}

function omit<Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> {
	return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}

function withMembers(
	seen: ObservedAccess,
	pool: string,
	change: (vms: readonly number[]) => readonly number[],
): ObservedAccess {
	const found = seen.pools[pool] ?? {vms: []};
	return {...seen, pools: {...seen.pools, [pool]: {...found, vms: change(found.vms)}}};
}

function withTokens(
	seen: ObservedAccess,
	user: string,
	change: (tokens: readonly string[]) => readonly string[],
): ObservedAccess {
	const found = seen.users[user] ?? {enabled: true, tokens: []};
	return {...seen, users: {...seen.users, [user]: {...found, tokens: change(found.tokens)}}};
}
