import {type Choice, grantsFor} from './choice.ts';
import type {ObservedAccess} from './observed.ts';
import {grantedPlaces, privilegesFor, roleNames} from './rights.ts';
import type {AccessStep} from './step.ts';

/** By this comment what setup has made is known again. */
export const madeHere = 'made by garm-proxmox setup';

/** The steps, in their order, that are missing for the choice; none where everything is as it should be. */
export function setupSteps(choice: Choice, seen: ObservedAccess): readonly AccessStep[] {
	return [
		...roleSteps(seen),
		...poolSteps(choice, seen),
		...storageSteps(choice, seen),
		...accountSteps(choice, seen),
		...grantSteps(choice, seen),
	];
}

function roleSteps({roles, knownPrivileges}: ObservedAccess): readonly AccessStep[] {
	return grantedPlaces.flatMap((place): readonly AccessStep[] => {
		const role = roleNames[place];
		const wanted = privilegesFor(place, (privilege) => knownPrivileges.includes(privilege));
		const held = roles[role];
		if (held === undefined) return [{do: 'add-role', role, privileges: wanted}];
		// An operator may have given it more: what is there stays.
		const missing = wanted.filter((privilege) => !held.includes(privilege));
		return missing.length === 0 ? [] : [{do: 'extend-role', role, privileges: missing}];
	});
}

function poolSteps(choice: Choice, {pools}: ObservedAccess): readonly AccessStep[] {
	const {pool, templatePool, templates} = choice;
	const missing = [...new Set([pool, templatePool])].filter((name) => pools[name] === undefined);
	const stray = strayTemplates(choice, pools);
	const members = pools[templatePool]?.vms ?? [];
	const joining = templates.filter((vmid) => !stray.includes(vmid) && !members.includes(vmid));
	return [
		...missing.map((name): AccessStep => ({do: 'add-pool', pool: name, comment: madeHere})),
		...(joining.length === 0 ? [] : [{do: 'add-members', pool: templatePool, vmids: joining} as const]),
	];
}

/** Templates in other pools: PVE keeps a VM in one pool only, and they stay where they are. */
function strayTemplates({templates, templatePool}: Choice, pools: ObservedAccess['pools']): readonly number[] {
	const elsewhere = Object.entries(pools).flatMap(([name, {vms}]) => (name === templatePool ? [] : vms));
	return templates.filter((vmid) => elsewhere.includes(vmid));
}

function storageSteps({seedStorage, seedPath}: Choice, {storages}: ObservedAccess): readonly AccessStep[] {
	if (seedPath === undefined || storages[seedStorage] !== undefined) return [];
	return [{do: 'add-storage', storage: seedStorage, path: seedPath}];
}

function accountSteps({user, token}: Choice, {users}: ObservedAccess): readonly AccessStep[] {
	const known = users[user];
	return [
		...(known === undefined ? [{do: 'add-user', user, comment: madeHere} as const] : []),
		...(known?.tokens.includes(token) ? [] : [{do: 'add-token', user, token} as const]),
	];
}

function grantSteps(choice: Choice, {acl, pools}: ObservedAccess): readonly AccessStep[] {
	const whose = [choice.user, `${choice.user}!${choice.token}`];
	return grantsFor(choice, strayTemplates(choice, pools)).flatMap(({place, path}): readonly AccessStep[] => {
		const role = roleNames[place];
		const missing = whose.filter(
			(who) => !acl.some((entry) => entry.path === path && entry.role === role && entry.who === who),
		);
		return missing.length === 0 ? [] : [{do: 'grant', path, role, whose: missing}];
	});
}

/** Why the choice cannot be set up on this cluster; empty where it can. `vmids` are the VMs there are. */
export function setupObstacles(
	{templates, diskStorages, seedStorage, seedPath}: Choice,
	{storages}: Pick<ObservedAccess, 'storages'>,
	vmids: readonly number[],
): readonly string[] {
	const known = Object.keys(storages).sort().join(', ');
	const seed = storages[seedStorage];
	return [
		...templates.filter((vmid) => !vmids.includes(vmid)).map((vmid) => `there is no VM ${vmid} for a template.`),
		...diskStorages
			.filter((name) => storages[name] === undefined)
			.map((name) => `there is no storage ${name} for disks. Known are ${known}.`),
		...(seed === undefined && seedPath === undefined
			? [`there is no storage ${seedStorage} for seeds. Known are ${known}.`]
			: []),
		...(seed === undefined || seed.content.includes('iso')
			? []
			: [
					`storage ${seedStorage} takes no ISO images. On a node run: pvesm set ${seedStorage} --content ${[...seed.content, 'iso'].join(',')}`,
				]),
	];
}
