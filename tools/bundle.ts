import {createHash} from 'node:crypto';
import {chmod, rename, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import {Script} from 'node:vm';
import {crc32} from 'node:zlib';
import {build} from 'esbuild';
import {leaveOut} from './bundle/leave-out.ts';
import {warmUp} from './bundle/warm-up.ts';
import type {Provider} from './provider.ts';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const executable = place('garm-provider-proxmox.cjs');
const bundle = place('provider.bundle.js');
const cache = place('provider.cache');

// GARM starts a process for every operation: one file without what never runs starts in a third of the time.
const {
	outputFiles: [output],
} = await build({
	entryPoints: [place('../../tools/provider.ts')],
	bundle: true,
	write: false,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	plugins: [leaveOut],
	define: {'import.meta.resolve': 'resolveImport'},
	banner: {
		js: `(function (require) { const module = {exports: {}};
const resolveImport = (name) => require('node:url').pathToFileURL(require.resolve(name)).href;`,
	},
	footer: {js: 'return module.exports; })'},
});
const code = output?.text ?? '';
const digest = createHash('sha256').update(code).digest('hex');
const source = `${code}// ${digest}`;

// What V8 has compiled while the provider served a few calls need not be compiled again by every process.
const script = new Script(source, {filename: bundle});
const load = script.runInThisContext() as (require: NodeJS.Require) => Provider;
await warmUp(load(createRequire(executable)));
const compiled = script.createCachedData();
const fitsTo = `${digest} ${process.version} ${process.arch} ${crc32(compiled)}\n`;
await rm(cache, {force: true});
await writeWhole(bundle, source);
await writeWhole(cache, Buffer.concat([Buffer.from(fitsTo), compiled]));
await chmod(executable, 0o755);

/** A process that starts meanwhile finds the old file or the new one. */
async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
	await writeFile(`${file}.new`, content);
	await rename(`${file}.new`, file);
}
