import {Fault, isFault} from '../fault.ts';
import type {Kind} from './kind.ts';
import type {Session} from './session.ts';
import {readLogEnd} from './task-log.ts';
import type {Upid} from './upid.ts';

/**
 * Removes the disks that a destroy which ended well could not remove itself: the storage was busy, or the cluster had
 * no quorum for a moment. Throws `refused`, with the command, where one stays.
 */
export async function removeLeftDisks(session: Session, task: Upid, vmid: number): Promise<void> {
	// PVE 9 ends such a task with a warning, PVE 8 with OK: only the log tells.
	for (const line of await readLogEnd(session.engine, task)) {
		const volume = /^(?:WARN: )?Could not remove disk '([^']+)', check manually: /.exec(line)?.[1];
		if (volume !== undefined) await removeDisk(session, task, volume, vmid);
	}
}

async function removeDisk({api, runTask, logger}: Session, {node}: Upid, volume: string, vmid: number): Promise<void> {
	const [storage = ''] = volume.split(':');
	try {
		await runTask({what: `remove disk ${volume} on node ${node}`, node}, () =>
			api.nodes
				.$(encodeURIComponent(node))
				.storage.$(encodeURIComponent(storage))
				.content.$(encodeURIComponent(volume))
				.$delete(),
		);
		logger.info('removed a disk that a destroy had left', {vmid, node, volume});
	} catch (error) {
		if (!isFault(error) || error.code === 'stopped' || error.code === 'timed-out') throw error;
		throw new Fault(
			'refused',
			`VM ${vmid} is destroyed, but PVE could not remove its disk ${volume}. ${error.message} On node ${node} run: pvesm free ${volume}`,
			{facts: {kind: 'disk-left' satisfies Kind, vmid, node, volume}, cause: error},
		);
	}
}
