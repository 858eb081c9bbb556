import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {archiveName} from './fake-garm.ts';
import {ownFile} from './own-files.ts';
import {runCommand} from './run-command.ts';

/** A runner archive whose scripts have the names and the manners of the real one's. */
export async function makeArchive(folder: string, signal: AbortSignal): Promise<Buffer> {
	const file = path.join(folder, archiveName);
	const owner = ['--owner=1001', '--group=1001', '--numeric-owner'];
	const {ok, lastLines} = await runCommand(['tar', '-czf', file, ...owner, '-C', ownFile('guest/runner'), '.'], {
		signal,
	});
	if (!ok) throw new Error(`tar could not pack the runner:\n${lastLines.join('\n')}`);
	return readFile(file);
}
