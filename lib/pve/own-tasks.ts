import {readRows, textIn} from './decode.ts';
import type {Session} from './session.ts';
import {parseUpid, type Upid} from './upid.ts';

/** The tasks of one type that our token has running on a node. Throws `unreachable` where the node does not tell. */
export function findRunningTasks(session: Session, node: string, type: string): Promise<readonly Upid[]> {
	return session.attempt({what: `list the running tasks of node ${node}`, node}, async () => {
		const data: unknown = await session.api.nodes
			.$(encodeURIComponent(node))
			.tasks.$get({source: 'active', typefilter: type});
		// API2/Tasks.pm: with Sys.Audit the list holds everybody's tasks, and a moment long the ended ones.
		return readRows(data, 'running tasks')
			.filter((row) => (textIn(row, 'status') ?? 'RUNNING') === 'RUNNING')
			.flatMap((row) => parseUpid(row.upid) ?? [])
			.filter((upid) => upid.type === type && upid.user === session.tokenId);
	});
}
