import type {ActiveClone} from '../runner/observed.ts';
import {newVmidOf} from './clone-log.ts';
import {readRows, textIn} from './decode.ts';
import type {Session} from './session.ts';
import {parseUpid, type Upid} from './upid.ts';

/** The clones our token has running on `nodes`. Throws `unreachable` where one of them does not tell. */
export async function findActiveClones(session: Session, nodes: readonly string[]): Promise<readonly ActiveClone[]> {
	const found = await Promise.all(nodes.map((node) => clonesOn(session, node)));
	return found.flat();
}

function clonesOn(session: Session, node: string): Promise<readonly ActiveClone[]> {
	return session.attempt({what: `list the running tasks of node ${node}`, node}, async () => {
		const data: unknown = await session.api.nodes
			.$(encodeURIComponent(node))
			.tasks.$get({source: 'active', typefilter: 'qmclone'});
		// API2/Tasks.pm: with Sys.Audit the list holds everybody's tasks, and a moment long the ended ones.
		const tasks = readRows(data, 'running tasks')
			.filter((row) => (textIn(row, 'status') ?? 'RUNNING') === 'RUNNING')
			.flatMap((row) => parseUpid(row.upid) ?? [])
			.filter((upid) => upid.type === 'qmclone' && upid.user === session.tokenId);
		return Promise.all(tasks.map((upid) => cloneOf(session, node, upid)));
	});
}

async function cloneOf({engine}: Session, node: string, upid: Upid): Promise<ActiveClone> {
	const vmid = await newVmidOf(engine, upid);
	return {id: upid.text, node, ...(vmid === undefined ? {} : {vmid})};
}
