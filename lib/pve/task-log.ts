import {readRows, textIn} from './decode.ts';
import type {Engine} from './engine.ts';
import type {Upid} from './upid.ts';

const linesKept = 10;
const linesPerPage = 50;
const longestLine = 400;

/** The last lines of a task's log, fit to be shown; none where it cannot be read. */
export async function readLogEnd(engine: Engine, upid: Upid): Promise<readonly string[]> {
	try {
		const first = await readLogPage(engine, upid, 0);
		const missing = (first.total ?? 0) - linesPerPage;
		const page = missing > 0 ? await readLogPage(engine, upid, missing) : first;
		return page.lines.slice(-linesKept).map(fit);
	} catch {
		return [];
	}
}

/** Up to 50 lines of a task's log from line `start` on, and how many it has. */
export async function readLogPage(
	engine: Engine,
	{node, text}: Upid,
	start: number,
): Promise<{readonly lines: readonly string[]; readonly total?: number}> {
	const path = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(text)}/log`;
	const {data, total} = await engine.ask({method: 'GET', path, parameters: {start, limit: linesPerPage}});
	const lines = readRows(data, 'the log of a task').map((row) => textIn(row, 't') ?? '');
	return {lines, ...(total === undefined ? {} : {total})};
}

function fit(line: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
	const plain = line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
	return plain.length > longestLine ? `${plain.slice(0, longestLine)}...` : plain;
}
