import type {ActiveClone} from '../runner/observed.ts';
import {newVmidOf} from './clone-log.ts';
import {findRunningTasks} from './own-tasks.ts';
import type {Session} from './session.ts';

/** The clones our token has running on `nodes`. Throws `unreachable` where one of them does not tell. */
export async function findActiveClones(session: Session, nodes: readonly string[]): Promise<readonly ActiveClone[]> {
	const found = await Promise.all(nodes.map((node) => clonesOn(session, node)));
	return found.flat();
}

async function clonesOn(session: Session, node: string): Promise<readonly ActiveClone[]> {
	const tasks = await findRunningTasks(session, node, 'qmclone');
	return Promise.all(
		tasks.map(async (upid) => {
			const vmid = await newVmidOf(session.engine, upid);
			return {id: upid.text, node, ...(vmid === undefined ? {} : {vmid})};
		}),
	);
}
