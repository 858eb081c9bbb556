import type {Simulator} from '../../simulator/index.ts';
import type {Theatre} from '../theatre.ts';
import {dataOf, formOf} from '../transcript.ts';
import type {Scene} from './scene.ts';

/** Privileges on a path, handed down. */
export interface Grant {
	readonly path: string;
	readonly privileges: readonly string[];
}

// The recorder gave this token privileges for one request at a time; its user may do everything.
const user = 'garm@pve';
const token = 'garm@pve!priv';
const taggedVm = 600;

/** What the recorder left the token where it tried tags. */
export const onTaggedVm: Grant = {path: `/vms/${taggedVm}`, privileges: ['VM.Config.Options']};

/** Gives the token these privileges and no others. */
export function grant({simulator: {world}}: Theatre, ...grants: readonly Grant[]): void {
	world.access.acl = [{path: '/', who: user, role: 'Administrator', propagate: true}];
	for (const [index, {path, privileges}] of grants.entries()) {
		const role = `Granted${index}`;
		world.access.roles[role] = privileges;
		world.access.acl.push({path, who: token, role, propagate: true});
	}
}

/** Gives the token a role on a path, under the `user-tag-access` that the note names. */
export function forbidTags({theatre, words: [, access = '']}: Scene, path: string, role: string): void {
	const {world} = theatre.simulator;
	grant(theatre);
	world.access.acl.push({path, who: token, role, propagate: true});
	world.options['user-tag-access'] = access;
}

/** Sets the `user-tag-access` and the VM's tags that the note names. */
export function allowTags({theatre, words: [, access = '', had = '']}: Scene): void {
	const {world} = theatre.simulator;
	grant(theatre, onTaggedVm);
	world.options['user-tag-access'] = access;
	world.options['registered-tags'] = 'admin';
	const guest = world.guests[taggedVm] ?? madeInAShell(taggedVm, Object.keys(world.nodes)[0] ?? '');
	if (had === '') delete guest.config.tags;
	else guest.config.tags = had;
	world.guests[taggedVm] = guest;
}

function madeInAShell(vmid: number, node: string): Simulator['world']['guests'][number] {
	const config = {name: `vm-${vmid}`, memory: '512'};
	return {vmid, type: 'qemu', node, config, pending: {}, power: 'stopped', startedAt: 0, stoppedAt: 0, pid: 0};
}

/** Makes the tag that the request sets a registered one. */
export function registerTag({theatre, exchange}: Scene): void {
	const {world} = theatre.simulator;
	grant(theatre, onTaggedVm);
	delete world.options['user-tag-access'];
	world.options['registered-tags'] = formOf(exchange).get('tags')?.split(';').at(-1) ?? '';
	const guest = world.guests[taggedVm];
	if (guest !== undefined) guest.config.tags = 'a';
}

/** Gives the token what the answer says that it had: that was done in a shell, by nobody knows which words. */
export function grantWhatIsTold({theatre, exchange}: Scene): void {
	const told = (dataOf(exchange.answer) ?? {}) as Readonly<Record<string, Readonly<Record<string, number>>>>;
	// What is not handed down comes from the pool that holds the path.
	const own = Object.entries(told).filter(([, held]) => Object.values(held).every((down) => down === 1));
	grant(theatre, ...own.map(([path, held]) => ({path, privileges: Object.keys(held)})));
	const {world} = theatre.simulator;
	for (const key of ['user-tag-access', 'registered-tags']) delete world.options[key];
	for (const path of Object.keys(told)) {
		const vmid = Number(/^\/vms\/(\d+)$/.exec(path)?.[1]);
		for (const pool of Object.values(world.pools)) if (vmid > 0 && !pool.vms.includes(vmid)) pool.vms.push(vmid);
	}
}
