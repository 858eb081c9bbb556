import type {ActiveUpload} from '../runner/observed.ts';
import {findRunningTasks} from './own-tasks.ts';
import type {Session} from './session.ts';
import {readLogPage} from './task-log.ts';

/** The uploads our token has running on `nodes`. Throws `unreachable` where one of them does not tell. */
export async function findActiveUploads(session: Session, nodes: readonly string[]): Promise<readonly ActiveUpload[]> {
	const found = await Promise.all(nodes.map((node) => uploadsOn(session, node)));
	return found.flat();
}

async function uploadsOn(session: Session, node: string): Promise<readonly ActiveUpload[]> {
	const tasks = await findRunningTasks(session, node, 'imgcopy');
	return Promise.all(
		tasks.map(async (upid) => {
			const fileName = await readLogPage(session.engine, upid, 0).then(
				({lines}) => fileIn(lines),
				() => undefined,
			);
			return {id: upid.text, ...(fileName === undefined ? {} : {fileName})};
		}),
	);
}

// Storage/Status.pm upload: "target file: /var/lib/vz/template/iso/x.iso"
function fileIn(lines: readonly string[]): string | undefined {
	return /^target file: .*\/([^/]+)$/m.exec(lines.join('\n'))?.[1];
}
