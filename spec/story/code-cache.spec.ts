import {execFile} from 'node:child_process';
import {copyFileSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {neededPath} from '../../tools/demo/provider-process.ts';
import {temporaryFolder} from '../helper/temporary-folder.ts';

const run = promisify(execFile);
const built = path.resolve(import.meta.dirname, '../../tools');
const root = path.resolve(built, '../..');

/** What is done to the code that V8 compiled at the build; the provider answers all the same. */
const harms: Readonly<Record<string, (cache: Buffer) => Buffer | undefined>> = {
	'as it was built': (cache) => cache,
	'that is gone': () => undefined,
	'that is empty': () => Buffer.alloc(0),
	'that is cut off': (cache) => cache.subarray(0, cache.length / 2),
	'with a bit turned': (cache) => Buffer.concat([cache.subarray(0, 3e5), Buffer.of(0xff), cache.subarray(3e5 + 1)]),
	'of another source': (cache) => Buffer.concat([Buffer.from('0'.repeat(64)), cache.subarray(64)]),
	'of another Node': (cache) => Buffer.from(cache.toString('latin1').replace(/ v\S+ /, ' v20.0.0 '), 'latin1'),
};

for (const [what, harm] of Object.entries(harms)) {
	test(`the provider answers with a code cache ${what}`, async (t) => {
		const folder = temporaryFolder(t);
		symlinkSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
		for (const file of ['garm-provider-proxmox.cjs', 'provider.bundle.js'])
			copyFileSync(path.join(built, file), path.join(folder, file));
		const cache = harm(readFileSync(path.join(built, 'provider.cache')));
		if (cache !== undefined) writeFileSync(path.join(folder, 'provider.cache'), cache);
		const env = {GARM_COMMAND: 'GetSupportedInterfaceVersions', ...neededPath()};
		const {stdout, stderr} = await run(path.join(folder, 'garm-provider-proxmox.cjs'), [], {env});
		t.is(stdout, '["v0.1.0","v0.1.1"]\n');
		t.is(stderr, '');
	});
}
