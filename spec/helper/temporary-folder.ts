import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/** An empty folder that goes with its test. */
export function temporaryFolder(t: ExecutionContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'garm-spec-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}
