import {readRows} from './decode.ts';
import type {Session} from './session.ts';
import {parseUpid} from './upid.ts';

/** The types of the tasks that are at work on a VM at this moment, as far as the token may see them. */
export function findVmTasks({api, attempt}: Session, node: string, vmid: number): Promise<readonly string[]> {
	return attempt({what: `list the running tasks of VM ${vmid} on node ${node}`, node}, async () => {
		const data: unknown = await api.nodes.$(encodeURIComponent(node)).tasks.$get({source: 'active', vmid});
		return readRows(data, 'running tasks').flatMap((row) => parseUpid(row.upid)?.type ?? []);
	});
}
