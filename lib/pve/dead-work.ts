import type {DeadWork} from '../runner/observed.ts';
import {newVmidOf} from './clone-log.ts';
import {readRows, textIn} from './decode.ts';
import type {Session} from './session.ts';
import {parseUpid, type Upid} from './upid.ts';

/**
 * The clones of our token on `nodes` whose workers died, and the destroys that did not end well: the newest fifty of
 * each kind and node. Throws `unreachable` where a node does not tell.
 */
export async function findDeadWork(session: Session, nodes: readonly string[]): Promise<readonly DeadWork[]> {
	const found = await Promise.all(nodes.flatMap((node) => [deadClones(session, node), deadDestroys(session, node)]));
	return found.flat();
}

async function deadClones(session: Session, node: string): Promise<readonly DeadWork[]> {
	// A clone that fails cleans up; one that dies cannot.
	const upids = await failedTasks(session, node, 'qmclone', isDeath);
	return Promise.all(
		upids.map(async (upid) => {
			const vmid = await newVmidOf(session.engine, upid);
			return {what: 'clone', node, ...(vmid === undefined ? {} : {vmid})} as const;
		}),
	);
}

async function deadDestroys(session: Session, node: string): Promise<readonly DeadWork[]> {
	// Qemu.pm destroy_vm: the VM is locked for good as soon as its disks are gone; then comes the lock of user.cfg.
	const upids = await failedTasks(session, node, 'qmdestroy', () => true);
	return upids.map(({id}) => ({what: 'destroy', node, vmid: Number(id)}));
}

function failedTasks(
	session: Session,
	node: string,
	type: string,
	counts: (status: string) => boolean,
): Promise<readonly Upid[]> {
	return session.attempt({what: `list the failed tasks of node ${node}`, node}, async () => {
		const data: unknown = await session.api.nodes
			.$(encodeURIComponent(node))
			.tasks.$get({source: 'archive', typefilter: type, errors: true});
		return readRows(data, 'failed tasks')
			.filter((row) => counts(textIn(row, 'status') ?? ''))
			.flatMap((row) => parseUpid(row.upid) ?? [])
			.filter((upid) => upid.user === session.tokenId);
	});
}

// pve-common Tools.pm upid_read_status: a log without a last line, and an empty one.
function isDeath(status: string): boolean {
	return status === 'unexpected status' || status.startsWith('unable to read tail');
}
