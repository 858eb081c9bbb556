import {addDownload, type Effect, manageByHa, migrate, restrictStorage} from './effects.ts';
import type {Exchange} from './transcript.ts';

/** An endpoint that the provider never calls, so that nobody is served by simulating it. */
interface NotSimulated {
	readonly method: RegExp;
	readonly path: RegExp;
	/** The name it is skipped by. */
	readonly name: string;
	readonly why: string;
	/** What it did, done to the simulated world, so that what follows finds it done. */
	readonly effect?: Effect;
}

const any = /^/;
const looks = 'looked at by nobody here';

/** What is skipped by name. The first row that fits counts. */
const notSimulated: readonly NotSimulated[] = [
	{method: any, path: /^\/api2\/extjs\//, name: '/api2/extjs', why: 'a formatter for the web interface'},
	{
		method: /PUT/,
		path: /^\/storage\/([^/]+)$/,
		name: 'PUT /storage/S',
		why: 'an administrator does so',
		effect: restrictStorage,
	},
	{
		...{method: /POST/, path: /\/storage\/([^/]+)\/download-url$/, name: 'POST storage/S/download-url'},
		...{why: 'seeds are uploaded', effect: addDownload},
	},
	{method: /GET/, path: /\/query-url-metadata$/, name: 'GET query-url-metadata', why: 'seeds are uploaded'},
	{
		...{method: any, path: /^\/cluster\/ha\//, name: '/cluster/ha'},
		...{why: 'the provider reads HA from /cluster/resources', effect: manageByHa},
	},
	{method: /GET/, path: /^\/cluster\/config\/nodes$/, name: 'GET /cluster/config/nodes', why: looks},
	{
		method: any,
		path: /\/qemu\/\d+\/migrate$/,
		name: 'qemu/ID/migrate',
		why: 'the provider moves no VM',
		effect: migrate,
	},
	{method: any, path: /\/qemu\/\d+\/cloudinit/, name: 'qemu/ID/cloudinit', why: "seeds are the provider's own images"},
	{
		...{method: any, path: /\/agent\/(?:exec|exec-status|file-read|file-write|info|get-fsinfo|get-time|get-users)$/},
		...{name: 'agent commands besides ping, interfaces, OS and host name', why: 'the provider asks for addresses'},
	},
	{method: any, path: /\/qemu\/\d+\/agent$/, name: 'qemu/ID/agent', why: 'the provider names the command in the path'},
	{
		...{method: /GET/, path: /^\/$|^\/cluster$|^\/nodes\/[^/]+$|\/qemu\/\d+\/status$/},
		...{name: 'directory indexes', why: looks},
	},
];

/** The row for a recorded request, with what its path names. */
export function notSimulatedFor({
	method,
	path,
}: Exchange): {readonly row: NotSimulated; readonly names: readonly string[]} | undefined {
	for (const row of notSimulated) {
		const found = row.path.exec(path);
		if (found !== null && row.method.test(method)) return {row, names: found.slice(1).map(decodeURIComponent)};
	}
	return undefined;
}
