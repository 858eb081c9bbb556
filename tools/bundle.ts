import {chmod} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {leaveOut} from './bundle/leave-out.ts';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const provider = place('garm-provider-proxmox.js');

// GARM starts a process for every operation: one file without what never runs starts in a third of the time.
await build({
	entryPoints: [place('../../tools/garm-provider-proxmox.ts')],
	outfile: provider,
	bundle: true,
	platform: 'node',
	format: 'esm',
	target: 'node20',
	plugins: [leaveOut],
	banner: {
		js: [
			`//bin/sh -c :; exec node "$0" "$@"`,
			`import {createRequire} from 'node:module';const require=createRequire(import.meta.url);`,
			// Reading one of them loads all of undici (30 ms), and axios reads FormData.
			`for(const name of ['fetch','FormData','Headers','Request','Response'])delete globalThis[name];`,
		].join('\n'),
	},
});
await chmod(provider, 0o755);
