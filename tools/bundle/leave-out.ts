import type {Plugin} from 'esbuild';

/** What a module is replaced by in the provider's bundle: it is loaded by a package, and never runs. */
interface Absence {
	readonly module: RegExp;
	readonly source: string;
}

const absences: readonly Absence[] = [
	// proxmox-api's own engine; ours is lib/pve/engine.ts.
	{module: /^undici$/, source: 'export const fetch = undefined;'},
	// axios's further ways to send: lib/pve/http.ts names the http adapter.
	{module: /\/fetch\.js$/, source: 'export const getFetch = undefined;'},
	{module: /\/xhr\.js$/, source: 'export default undefined;'},
	// pveproxy speaks HTTP/1.1.
	{module: /^http2$/, source: 'export default undefined;'},
	// maxRedirects is 0 and proxy is false.
	{module: /^follow-redirects$/, source: 'export default {};'},
	{module: /^https-proxy-agent$/, source: 'export default undefined;'},
	{module: /^proxy-from-env$/, source: 'export const getProxyForUrl = undefined;'},
	// The only multipart body is lib/pve/multipart.ts's.
	{module: /^form-data$/, source: 'export default undefined;'},
];

const namespace = 'left-out';

/** Replaces what the provider never runs. */
export const leaveOut: Plugin = {
	name: namespace,
	setup(build) {
		for (const {module} of absences) {
			build.onResolve({filter: module}, ({path, importer}) =>
				/\/node_modules\/(?:axios|proxmox-api)\//.test(importer) ? {path, namespace} : undefined,
			);
		}
		build.onLoad({filter: /./, namespace}, ({path}) => ({
			contents: absences.find(({module}) => module.test(path))?.source ?? '',
		}));
	},
};
