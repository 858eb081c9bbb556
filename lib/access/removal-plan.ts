import type {Choice} from './choice.ts';
import type {AclEntry, ObservedAccess} from './observed.ts';
import {grantedPlaces, roleNames} from './rights.ts';
import {madeHere} from './setup-plan.ts';
import type {AccessStep} from './step.ts';

const ownRoles: readonly string[] = grantedPlaces.map((place) => roleNames[place]);

/**
 * The steps, in their order, that undo a set-up; none where nothing of it is left. What people use besides (roles,
 * pools and storages on which others have rights, a user with further tokens, what setup has not made) stays.
 */
export function removalSteps(choice: Choice, seen: ObservedAccess): readonly AccessStep[] {
	const {user, token} = choice;
	const known = seen.users[user];
	const own = ownGrants(choice, seen);
	const others = seen.acl.filter((entry) => !own.includes(entry));
	const removesUser = known?.comment === madeHere && known.tokens.every((name) => name === token);
	return [
		...revocations(own),
		...(known?.tokens.includes(token) ? [{do: 'remove-token', user, token} as const] : []),
		...(removesUser ? [{do: 'remove-user', user} as const] : []),
		...ownRoles
			.filter((role) => seen.roles[role] !== undefined && !others.some((entry) => entry.role === role))
			.map((role): AccessStep => ({do: 'remove-role', role})),
		...poolRemovals(choice, seen, others),
		...storageRemoval(choice, seen, others),
	];
}

/** Why nothing can be undone yet; empty where it can. */
export function removalObstacles(choice: Choice, seen: ObservedAccess): readonly string[] {
	const {pool} = choice;
	const left = seen.pools[pool]?.vms ?? [];
	const own = ownGrants(choice, seen);
	if (left.length === 0 || seen.acl.some((entry) => isOn(`/pool/${pool}`, entry) && !own.includes(entry))) return [];
	const vms = `${left.slice(0, 10).join(', ')}${left.length > 10 ? ', ...' : ''}`;
	return [
		`pool ${pool} still has ${left.length === 1 ? 'a VM' : `${left.length} VMs`} (${vms}). Remove the runners first: without its token the provider cannot.`,
	];
}

function ownGrants({user, token}: Choice, {users, acl}: ObservedAccess): readonly AclEntry[] {
	const id = `${user}!${token}`;
	// Another token of the user still works with the user's half of the rights.
	const whose = users[user]?.tokens.some((name) => name !== token) ? [id] : [user, id];
	return acl.filter(({who, role}) => whose.includes(who) && ownRoles.includes(role));
}

function isOn(path: string, entry: AclEntry): boolean {
	return entry.path === path;
}

function revocations(grants: readonly AclEntry[]): readonly AccessStep[] {
	const keys = [...new Set(grants.map(({path, role}) => `${path} ${role}`))];
	return keys.map((key): AccessStep => {
		const [path = '', role = ''] = key.split(' ');
		const whose = grants.filter((entry) => entry.path === path && entry.role === role).map(({who}) => who);
		return {do: 'revoke', path, role, whose};
	});
}

function poolRemovals(
	{pool, templatePool}: Choice,
	{pools}: ObservedAccess,
	others: readonly AclEntry[],
): readonly AccessStep[] {
	return [...new Set([pool, templatePool])].flatMap((name): readonly AccessStep[] => {
		const found = pools[name];
		if (found?.comment !== madeHere || others.some((entry) => isOn(`/pool/${name}`, entry))) return [];
		const members = found.vms.length === 0 ? [] : [{do: 'remove-members', pool: name, vmids: found.vms} as const];
		return [...members, {do: 'remove-pool', pool: name}];
	});
}

/** Only a directory that holds nothing but ISO images, at the very path that setup was given: it has no comment to know it by. */
function storageRemoval(
	{seedStorage, seedPath}: Choice,
	{storages}: ObservedAccess,
	others: readonly AclEntry[],
): readonly AccessStep[] {
	const found = storages[seedStorage];
	const isOwn =
		seedPath !== undefined && found?.type === 'dir' && found.content.join() === 'iso' && found.path === seedPath;
	if (!isOwn || others.some((entry) => isOn(`/storage/${seedStorage}`, entry))) return [];
	return [{do: 'remove-storage', storage: seedStorage}];
}
