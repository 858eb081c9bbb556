import * as v from 'valibot';
import {onlyTables} from '../checks.ts';
import {badRequest} from '../fault.ts';
import {isSound, reasonsOf} from '../reasons.ts';
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
const someText = 'a text that is not empty';
const needed = v.pipe(v.string(someText), v.nonEmpty(someText));
const someAddress = 'an address that begins with http:// or https://';
const address = v.pipe(v.string(someAddress), v.regex(/^https?:\/\/\S+$/, someAddress));
const systems = v.picklist(['linux', 'windows'], 'one of linux, windows');
const architectures = v.picklist(['amd64', 'arm64', 'arm'], 'one of amd64, arm64, arm');
const texts = v.nullish(v.array(v.string('a text'), 'a list of texts'), []);

const object = <Entries extends v.ObjectEntries>(entries: Entries) => onlyTables(v.object(entries), 'an object');

const tool = object({
	os: orEmpty,
	architecture: orEmpty,
	download_url: orEmpty,
	filename: orEmpty,
	temp_download_token: orEmpty,
	sha256_checksum: orEmpty,
});

const bootstrap = object({
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
	arch: architectures,
	os_type: systems,
	flavor: needed,
	image: needed,
	labels: texts,
	pool_id: orEmpty,
	jit_config_enabled: v.nullish(v.boolean('true or false'), false),
	proxy_config: v.nullish(object({http_proxy: orEmpty, https_proxy: orEmpty, no_proxy: orEmpty}), {}),
	extra_specs: v.optional(v.unknown()),
});

/** Reads CreateInstance's standard input; throws `bad-request` with every reason, and with no value of it. */
export function parseBootstrap(text: string): RunnerRequest {
	const {output, issues = []} = v.safeParse(bootstrap, parseDocument(text));
	const request = output as v.InferOutput<typeof bootstrap>;
	const reasons = [...reasonsOf(issues, bootstrap, 'the document')];
	const askable = ['os_type', 'arch', 'tools'].every((key) => isSound(issues, key));
	const tool = askable ? chooseTool(request) : undefined;
	if (typeof tool === 'string') reasons.push(tool);
	if (reasons.length > 0 || typeof tool !== 'object') throw badRequest(inputName, reasons);
	return {
		name: request.name,
		tool,
		repoUrl: request.repo_url,
		callbackUrl: request['callback-url'],
		metadataUrl: request['metadata-url'],
		instanceToken: request['instance-token'],
		sshKeys: request['ssh-keys'],
		runnerGroup: request['github-runner-group'],
		caBundlePem: new TextDecoder().decode(decodeBase64(request['ca-cert-bundle'])),
		arch: request.arch,
		os: request.os_type,
		flavor: request.flavor,
		image: request.image,
		labels: request.labels,
		poolId: request.pool_id,
		jit: request.jit_config_enabled,
		proxy: {
			http: request.proxy_config.http_proxy,
			https: request.proxy_config.https_proxy,
			none: request.proxy_config.no_proxy,
		},
		extraSpecs: request.extra_specs,
	};
}

const poolInput = object({
	image: v.nullish(needed),
	flavor: v.nullish(needed),
	os_type: v.nullish(systems),
	arch: v.nullish(architectures),
	extra_specs: v.optional(v.unknown()),
});

/** Looks at ValidatePoolInfo's standard input, which may be empty; throws `bad-request` with every reason. */
export function checkPoolInput(text: string): void {
	if (text.trim() === '') return;
	const {issues, success} = v.safeParse(poolInput, parseDocument(text));
	if (!success) throw badRequest(inputName, reasonsOf(issues, poolInput, 'the document'));
}

const inputName = 'Standard input';

function parseDocument(text: string): unknown {
	if (text.trim() === '')
		throw badRequest(inputName, ['it is empty, or a terminal; GARM sends a JSON document there.']);
	try {
		return JSON.parse(text);
	} catch (error) {
		// The message may show a piece of the document, and so of a token.
		const position = /position (\d+)/.exec(String(error))?.[1];
		throw badRequest(inputName, [`it is no JSON document${position === undefined ? '' : ` (character ${position})`}.`]);
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
