import type {Datacenter} from './datacenter.ts';
import {die, Refusal, texts} from './refusal.ts';
import type {Guest, World} from './world.ts';

// corosync needs about eight seconds to agree on a new membership; writes wait for it. CLUSTER section 3.
const membershipMs = 8000;

const isAlive = (world: World, node: string): boolean =>
	world.nodes[node]?.state !== 'dead' && world.nodes[node]?.state !== 'no-quorum';

/** Whether a node's corosync sits in a majority. */
export function isQuorate(world: World, node: string): boolean {
	if (!isAlive(world, node)) return false;
	const nodes = Object.keys(world.nodes);
	return nodes.filter((other) => isAlive(world, other)).length * 2 > nodes.length;
}

/** Genuine milliseconds until corosync has noticed the latest loss. */
function settlingMs({world, clock}: Datacenter): number {
	const ages = Object.values(world.nodes)
		.filter(({state, since}) => since > 0 && (state === 'dead' || state === 'no-quorum'))
		.map(({since}) => membershipMs - clock.genuine(clock.now() - since));
	return Math.max(0, ...ages);
}

/** Whether the others have noticed that a node is gone. */
export function isNoticedGone({world, clock}: Datacenter, node: string): boolean {
	const found = world.nodes[node];
	if (found === undefined || isAlive(world, node)) return false;
	return found.since === 0 || clock.genuine(clock.now() - found.since) >= membershipMs;
}

/** Cluster.pm check_cfs_quorum: refuses at once, and not within the seconds in which nobody knows yet. */
export function checkQuorum(dc: Datacenter, node: string): void {
	if (settlingMs(dc) === 0 && !isQuorate(dc.world, node)) throw texts.noQuorum();
}

/** Waits until /etc/pve can be written on the node, and refuses as file_set_contents does where it cannot be. */
export async function awaitWritable(dc: Datacenter, node: string, path: string): Promise<void> {
	const waitMs = settlingMs(dc);
	if (waitMs > 0) await dc.clock.sleep(waitMs);
	if (!isQuorate(dc.world, node)) throw texts.readOnly(`/etc/pve/${path}`, dc.tasks.nextPid());
}

/** Cluster.pm cfs_lock: without quorum it gives up after nine seconds. */
export async function awaitCfsLock(dc: Datacenter, node: string, lock: string): Promise<void> {
	const waitMs = settlingMs(dc);
	if (waitMs > 0) await dc.clock.sleep(waitMs);
	if (isQuorate(dc.world, node)) return;
	await dc.clock.sleep(9000);
	if (!isQuorate(dc.world, node)) throw texts.noQuorumForLock(lock);
}

/** The path of a guest's config file below /etc/pve. */
export const configPath = (node: string, vmid: number, type: Guest['type'] = 'qemu'): string =>
	`nodes/${node}/${type === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf`;

/** Changes a VM's config file on its node. */
export async function writeConfig(dc: Datacenter, guest: Guest, change: (guest: Guest) => void): Promise<void> {
	await awaitWritable(dc, guest.node, configPath(guest.node, guest.vmid));
	change(guest);
}

/** Creates a config file; pmxcfs allows one per VMID in the whole cluster. memdb.c check for vmid conflicts. */
export async function createConfig(dc: Datacenter, guest: Guest): Promise<void> {
	const path = configPath(guest.node, guest.vmid);
	await awaitWritable(dc, guest.node, path);
	if (dc.world.guests[guest.vmid] !== undefined) throw texts.fileExists(`/etc/pve/${path}`);
	dc.world.guests[guest.vmid] = guest;
}

/** AccessControl.pm lock_user_config: changes user.cfg under its lock; a failure names what was to be done. */
export async function changeUserConfig(dc: Datacenter, node: string, what: string, change: () => void): Promise<null> {
	try {
		await awaitCfsLock(dc, node, 'file-user_cfg');
		change();
	} catch (error) {
		if (!(error instanceof Refusal) || error.status !== 500) throw error;
		throw die(`${what} failed: ${error.message}`);
	}
	return null;
}
