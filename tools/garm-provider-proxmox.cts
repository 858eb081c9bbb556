#!/bin/sh
//bin/sh -c :; exec node "$0" "$@" # GARM's environment has no PATH: sh's own finds node in /usr/local/bin too
// biome-ignore lint/suspicious/noRedundantUseStrict: tsc's own would come before the line above
'use strict';
import type {Provider} from './provider.ts';

const fs = process.getBuiltinModule('node:fs');
const vm = process.getBuiltinModule('node:vm');
const zlib = process.getBuiltinModule('node:zlib');

// Reading one of them loads all of undici (30 ms), and axios reads FormData.
for (const name of ['fetch', 'FormData', 'Headers', 'Request', 'Response']) Reflect.deleteProperty(globalThis, name);

const filename = `${__dirname}/provider.bundle.js`;
const source = fs.readFileSync(filename, 'latin1');
const cachedData = codeCache();
const script = new vm.Script(source, {filename, ...(cachedData === undefined ? {} : {cachedData})});
void (script.runInThisContext() as (require: NodeJS.Require) => Provider)(require).main();

/** What V8 compiled at the build, where that was this source and this Node: V8 crashes over what it did not write. */
function codeCache(): Buffer | undefined {
	try {
		const file = fs.readFileSync(`${__dirname}/provider.cache`);
		const end = file.indexOf('\n');
		const compiled = file.subarray(end + 1);
		const fitsTo = `${source.slice(-64)} ${process.version} ${process.arch} ${zlib.crc32(compiled)}`;
		return file.toString('latin1', 0, end) === fitsTo ? compiled : undefined;
	} catch {
		return undefined;
	}
}
