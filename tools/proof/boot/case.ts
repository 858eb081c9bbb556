import {readFileSync} from 'node:fs';
import {archiveName, type FakeGarmUrls} from './fake-garm.ts';
import {ownFile} from './own-files.ts';

/** One runner to boot: what GARM asks for, and what has to come of it. */
export interface ProofCase {
	readonly id: string;
	readonly title: string;
	readonly runnerName: string;
	readonly jit: boolean;
	/** Whether the address of the runner software answers. */
	readonly downloads: boolean;
	/** Whether the packages of the template are upgraded, and others installed. */
	readonly updates: boolean;
	readonly ends: 'idle' | 'failed';
	/** Whether the install script is traced: the token is in its log then. */
	readonly traced: boolean;
	readonly authorizedKeys: readonly string[];
	readonly certificate: string | undefined;
	/** What GARM's bootstrap JSON says beyond the common. */
	readonly bootstrap: (garm: FakeGarmUrls) => Readonly<Record<string, unknown>>;
	readonly extraSpecs: (garm: FakeGarmUrls, instanceToken: string) => Readonly<Record<string, unknown>>;
	/** Lines of the fake's timeline that come in this order, whatever is between them. */
	readonly story: readonly RegExp[];
	/** What GARM serves at `install-script/`; absent where the pool's template does not ask for it. */
	readonly installScript?: (garm: FakeGarmUrls, instanceToken: string) => string;
}

/** A key that nobody has the other half of. */
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0pmvT6CqCqXgK8Lq1r3YJmYl6mOaYqv0JkqvP0bJ9K proof@proof.test';
const hostileGroup = `builders' "$(id)" \`id\` & co; #`;
const hostileLabels = ["it's", 'a "b"', '$HOME', 'ümlaut'];

const preInstall = [/^note 10-first by root 700$/, /^note 20-second by root 700$/];
const jitFiles = ['runner', 'credentials', 'credentials_rsaparams'].map(
	(name) => new RegExp(`^gives credentials/${name}$`),
);
const jitService = [/^gives system\/service-name$/, /^gives systemd\/unit-file$/];
const installed = [/^status installing: extracting/, /^status installing: installing dependencies/];
const system = /^system-info Debian GNU\/Linux 12/;

/** Every case; `certificate` is a CA of the operator's own. */
export function proofCases(certificate: string): readonly ProofCase[] {
	const plain = {
		downloads: true,
		updates: false,
		traced: false,
		ends: 'idle',
		jit: true,
		authorizedKeys: [],
		certificate: undefined,
		bootstrap: () => ({}),
		extraSpecs: () => ({disable_updates: true}),
	} as const;
	return [
		{
			...plain,
			id: 'a',
			title: "GARM's wrapper as the pool's template",
			runnerName: 'garm-proofwrapper',
			traced: true,
			extraSpecs: (garm, token) => ({
				disable_updates: true,
				runner_install_template: base64(renderAsGarm('guest/garm/wrapper.sh', garm, token)),
			}),
			installScript: (garm, token) => renderAsGarm('guest/garm/install-script.sh', garm, token),
			story: [
				...preInstall,
				...[/^gives install-script$/, /^status installing: downloading tools/, /^gives download$/, ...installed],
				...[/^status installing: configuring/, /^status installing: downloading JIT/, ...jitFiles, ...jitService],
				...[system, /^status idle: runner successfully installed$/],
			],
		},
		{
			...plain,
			id: 'b',
			title: 'our own script, with updates, packages, proxy, keys and a CA',
			runnerName: 'garm-proofownjit',
			updates: true,
			authorizedKeys: [sshKey],
			certificate,
			bootstrap: (garm) => ({
				'ssh-keys': [sshKey],
				'ca-cert-bundle': base64(certificate),
				proxy_config: {http_proxy: garm.base, https_proxy: garm.base, no_proxy: new URL(garm.base).hostname},
			}),
			extraSpecs: () => ({extra_packages: ['garm-proof-extra']}),
			story: [
				/^package source gives garm-proof-(?:base_2|extra_1)_all\.deb$/,
				...preInstall,
				...[/^status installing: downloading tools/, /^gives download$/, ...installed],
				...[/^status installing: configuring/, /^status installing: downloading JIT/, ...jitFiles, ...jitService],
				...[/^status installing: starting/, system, /^status idle: runner successfully installed$/],
			],
		},
		{
			...plain,
			id: 'c',
			title: 'our own script, and the download is gone',
			runnerName: 'garm-proofnodownload',
			downloads: false,
			ends: 'failed',
			story: [
				...preInstall,
				...[/^status installing: downloading tools/, /^refused download/, /^status failed: .*download.*404$/],
			],
		},
		{
			...plain,
			id: 'd',
			title: 'our own script, with a cached runner, a registration token, and names that no shell may see',
			runnerName: 'garm-prooftoken',
			jit: false,
			bootstrap: () => ({'github-runner-group': hostileGroup, labels: hostileLabels}),
			story: [
				...preInstall,
				...[/^status installing: using cached runner/, /^status installing: configuring/],
				/^gives runner-registration-token$/,
				exactly(
					`"--labels",${JSON.stringify(hostileLabels.join(','))}`,
					`"--runnergroup",${JSON.stringify(hostileGroup)}`,
				),
				...[/^status installing: installing runner service$/, /^status installing: starting/],
				...[/^system-info .* \(agent 42\)$/, /^status idle \(agent 42\): runner successfully installed$/],
			],
		},
	];
}

/** GARM renders both its wrapper and its install script itself: no provider sees the template. */
function renderAsGarm(file: string, garm: FakeGarmUrls, instanceToken: string): string {
	const values = {
		CallbackURL: garm.callback,
		MetadataURL: garm.metadata,
		CallbackToken: instanceToken,
		DownloadURL: garm.download,
		FileName: archiveName,
	};
	return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{{ .${key} }}`, value), textOf(file));
}

/** The line of a registration that has all of these arguments, to the letter. */
function exactly(...parts: readonly string[]): RegExp {
	const escaped = parts.map((part) => `(?=.*${part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')})`);
	return new RegExp(`^register ${escaped.join('')}`);
}

/** The bootstrap JSON with which GARM asks for the case's runner. */
export function bootstrapOf(
	{id, runnerName, jit, bootstrap, extraSpecs}: ProofCase,
	garm: FakeGarmUrls,
	instanceToken: string,
	sha256: string,
): {readonly name: string} {
	const sample = JSON.parse(textOf('../../demo/bootstrap/linux-jit.json')) as Readonly<Record<string, unknown>>;
	const tool = {os: 'linux', architecture: 'x64', download_url: garm.download, filename: archiveName};
	return {
		...sample,
		name: runnerName,
		tools: [{...tool, temp_download_token: '', sha256_checksum: sha256}],
		repo_url: garm.repo,
		'callback-url': garm.callback,
		'metadata-url': garm.metadata,
		'instance-token': instanceToken,
		jit_config_enabled: jit,
		extra_specs: {pre_install_scripts: preInstallScripts(id, garm), ...extraSpecs(garm, instanceToken)},
		...bootstrap(garm),
	} as {readonly name: string};
}

function preInstallScripts(id: string, garm: FakeGarmUrls): Readonly<Record<string, string>> {
	const script = (name: string, work = '') =>
		base64(
			`#!/bin/bash\nset -eu\n${work}\ncurl -fsS --data "${name} by $(id -un) $(stat -c %a "$0")" ${garm.base}/note\n`,
		);
	const cached = `mkdir -p ~runner/actions-runner && curl -fsS ${garm.download} | tar -xz -C ~runner/actions-runner`;
	// In the order that is not the order in which they run.
	return {'20-second': script('20-second'), '10-first': script('10-first', id === 'd' ? cached : '')};
}

function textOf(name: string): string {
	return readFileSync(ownFile(name), 'utf8');
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
