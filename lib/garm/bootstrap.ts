import * as v from 'valibot';
import {badRequest} from '../fault.ts';
import {reasonsOf} from '../reasons.ts';
import {decodeBase64} from './base64.ts';

/** What CreateInstance asks for (garm-provider-common params/params.go, BootstrapInstance). */
export interface RunnerRequest {
	readonly name: string;
	/** The runner software for the OS and architecture; texts are empty where GARM sends none. */
	readonly tool: {
		readonly downloadUrl: string;
		readonly fileName: string;
		readonly token: string;
		readonly sha256: string;
	};
	readonly repoUrl: string;
	readonly callbackUrl: string;
	readonly metadataUrl: string;
	readonly instanceToken: string;
	readonly sshKeys: readonly string[];
	readonly runnerGroup: string;
	readonly caBundlePem: string;
	readonly arch: 'amd64' | 'arm64' | 'arm';
	readonly os: 'linux' | 'windows';
	readonly flavor: string;
	readonly image: string;
	readonly labels: readonly string[];
	readonly poolId: string;
	readonly jit: boolean;
	readonly proxy: {readonly http: string; readonly https: string; readonly none: string};
	/** As it came; null and absent are the same. */
	readonly extraSpecs: unknown;
}

const longestName = 1000;
// GARM marks what it does not know by leaving it out or by null.
const orEmpty = v.nullish(v.string('a text'), '');
const needed = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'));
const address = v.pipe(needed, v.regex(/^https?:\/\/[^\s]+$/, 'an address that begins with http:// or https://'));
const texts = v.nullish(v.array(v.string('a text'), 'a list of texts'), []);

const tool = v.object(
	{
		os: orEmpty,
		architecture: orEmpty,
		download_url: orEmpty,
		filename: orEmpty,
		temp_download_token: orEmpty,
		sha256_checksum: orEmpty,
	},
	'an object',
);

const bootstrap = v.object(
	{
		name: v.pipe(
			needed,
			v.maxLength(longestName, `at most ${longestName} characters`),
			// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
			v.regex(/^[^\u0000-\u001f\u007f]*$/, 'a text without control characters'),
		),
		tools: v.nullish(v.array(tool, 'a list of tools'), []),
		repo_url: address,
		'callback-url': address,
		'metadata-url': address,
		'instance-token': needed,
		'ssh-keys': texts,
		'github-runner-group': orEmpty,
		'ca-cert-bundle': v.nullish(
			v.pipe(
				v.string('a text in base64'),
				v.check((text) => decodeBase64(text) !== undefined, 'a text in base64'),
			),
			'',
		),
		arch: v.picklist(['amd64', 'arm64', 'arm'], 'one of amd64, arm64, arm'),
		os_type: v.picklist(['linux', 'windows'], 'one of linux, windows'),
		flavor: needed,
		image: needed,
		labels: texts,
		pool_id: orEmpty,
		jit_config_enabled: v.nullish(v.boolean('true or false'), false),
		proxy_config: v.nullish(v.object({http_proxy: orEmpty, https_proxy: orEmpty, no_proxy: orEmpty}, 'an object'), {}),
		extra_specs: v.optional(v.unknown()),
	},
	'an object',
);

/** Reads CreateInstance's standard input; throws `bad-request` with every reason, and with no value of it. */
export function parseBootstrap(text: string): RunnerRequest {
	const what = 'The input of CreateInstance';
	const {output, issues, success} = v.safeParse(bootstrap, parseDocument(text, what));
	if (!success) throw badRequest(what, reasonsOf(issues, bootstrap, 'the document'));
	const tool = chooseTool(output);
	if (typeof tool === 'string') throw badRequest(what, [tool]);
	return {
		name: output.name,
		tool,
		repoUrl: output.repo_url,
		callbackUrl: output['callback-url'],
		metadataUrl: output['metadata-url'],
		instanceToken: output['instance-token'],
		sshKeys: output['ssh-keys'],
		runnerGroup: output['github-runner-group'],
		caBundlePem: new TextDecoder().decode(decodeBase64(output['ca-cert-bundle'])),
		arch: output.arch,
		os: output.os_type,
		flavor: output.flavor,
		image: output.image,
		labels: output.labels,
		poolId: output.pool_id,
		jit: output.jit_config_enabled,
		proxy: {
			http: output.proxy_config.http_proxy,
			https: output.proxy_config.https_proxy,
			none: output.proxy_config.no_proxy,
		},
		extraSpecs: output.extra_specs,
	};
}

function parseDocument(text: string, what: string): unknown {
	if (text.trim() === '') throw badRequest(what, ['standard input is empty; GARM sends a JSON document there.']);
	try {
		return JSON.parse(text);
	} catch (error) {
		// The message may show a piece of the document, and so of a token.
		const position = /position (\d+)/.exec(String(error))?.[1];
		throw badRequest(what, [`it is no JSON document${position === undefined ? '' : ` (character ${position})`}.`]);
	}
}

// garm-provider-common util/util.go GetTools: GitHub's words for the two.
const toolOs = {linux: 'linux', windows: 'win'} as const;
const toolArch = {amd64: 'x64', arm64: 'arm64', arm: 'arm'} as const;

function chooseTool({tools, os_type: os, arch}: v.InferOutput<typeof bootstrap>): RunnerRequest['tool'] | string {
	const found = tools.find((each) => each.os === toolOs[os] && each.architecture === toolArch[arch]);
	const wanted = `${toolOs[os]}/${toolArch[arch]}`;
	if (found === undefined) return `tools has no runner for ${wanted}.`;
	const missing = (['download_url', 'filename'] as const).filter((key) => found[key] === '');
	if (missing.length > 0) return `the runner for ${wanted} in tools lacks ${missing.join(' and ')}.`;
	return {
		downloadUrl: found.download_url,
		fileName: found.filename,
		token: found.temp_download_token,
		sha256: found.sha256_checksum,
	};
}
