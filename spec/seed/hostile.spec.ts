import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {load} from 'js-yaml';
import {isFault} from '../../lib/fault.ts';
import {callbackBase, renderInstallScript} from '../../lib/seed/install.ts';
import {renderSeed} from '../../lib/seed/render.ts';
import type {SeedInput} from '../../lib/seed/view.ts';
import {aCertificate, aSeedInput} from '../helper/a-seed.ts';
import {powerShellMistakes, powerShellValues} from '../helper/powershell.ts';
import {temporaryFolder} from '../helper/temporary-folder.ts';
import {asScript, cloudConfigOf} from './guest.ts';
import {hostileInput, seedsFor} from './hostile.ts';

/** Runs a property for every seed; where it fails the log names the seed. */
function forAll(rounds: number, property: (t: ExecutionContext, input: SeedInput) => void | Promise<void>) {
	return async (t: ExecutionContext) => {
		for (const seed of seedsFor(rounds)) {
			try {
				await property(t, hostileInput(seed));
			} catch (error) {
				t.log(`SPEC_SEED=${seed} repeats it`);
				throw error;
			}
		}
	};
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);

function fileOf(input: SeedInput, name: string): string {
	return text(renderSeed(input).files.find((file) => file.path.endsWith(name))?.bytes);
}

test(
	'hostile values arrive in the cloud-config and the metadata as data',
	forAll(80, (t, input) => {
		const config = cloudConfigOf(input);
		t.deepEqual(Object.keys(config), [
			...['users', 'manage_etc_hosts', 'package_upgrade', 'packages', 'ca_certs', 'bootcmd', 'write_files', 'runcmd'],
		]);
		const [user] = config.users as readonly {ssh_authorized_keys: unknown; name: unknown}[];
		t.is(user?.name, 'runner');
		t.deepEqual(user?.ssh_authorized_keys, input.sshKeys);
		t.deepEqual(config.packages, [...new Set(['curl', 'tar', ...input.extraPackages])]);
		t.deepEqual(config.ca_certs, {remove_defaults: false, trusted: [aCertificate.trim()]});
		const contents = Object.fromEntries(config.write_files.map((file) => [file.path, file.content]));
		t.is(decode(contents['/install_runner.sh']), renderInstallScript(input));
		for (const [name, bytes] of Object.entries(input.preInstallScripts)) {
			t.is(decode(contents[`/garm-pre-install/${name}`]), text(bytes));
		}
		const metaData = load(fileOf(input, 'meta-data'));
		t.deepEqual(metaData, {'instance-id': input.instanceId, 'local-hostname': input.hostName});
	}),
);

test("cloud-init's own YAML parser reads the same", (t) => {
	const folder = temporaryFolder(t);
	if (!pythonHasYaml()) {
		t.log('skipped: this machine has no python3 with yaml');
		t.pass();
		return;
	}
	const documents = seedsFor(30).map((seed) => fileOf(hostileInput(seed), 'user-data'));
	writeFileSync(path.join(folder, 'documents.json'), JSON.stringify(documents));
	const program = `import json, sys, yaml
print(json.dumps([yaml.safe_load(each.encode()) for each in json.load(open(sys.argv[1]))], ensure_ascii=False, separators=(',', ':')))`;
	const read = spawnSync('/usr/bin/python3', ['-c', program, path.join(folder, 'documents.json')], {
		maxBuffer: 2 ** 28,
	});
	t.is(text(read.stderr), '');
	// Compared as texts: a difference would be too long to print.
	t.true(text(read.stdout).trim() === JSON.stringify(documents.map((each) => load(each))));
});

function pythonHasYaml(): boolean {
	return spawnSync('/usr/bin/python3', ['-c', 'import yaml']).status === 0;
}

test(
	'bash reads every script that hostile values are in',
	forAll(20, (t, input) => {
		const folder = temporaryFolder(t);
		const {write_files: files, runcmd, bootcmd} = cloudConfigOf(input);
		const scripts = [
			decode(files.find((file) => file.path === '/install_runner.sh')?.content),
			decode(files.find((file) => file.path === '/garm-tell.sh')?.content),
			asScript(runcmd),
			asScript(bootcmd as typeof runcmd),
			...(bootcmd as readonly (readonly string[])[]).map((command) => command[2] ?? ''),
		];
		for (const [n, script] of scripts.entries()) {
			writeFileSync(path.join(folder, String(n)), script);
			t.is(text(spawnSync('bash', ['-n', path.join(folder, String(n))]).stderr), '');
		}
	}),
);

test(
	'a shell that runs the install script finds every value, byte for byte',
	forAll(30, (t, input) => {
		const folder = temporaryFolder(t);
		const script = renderInstallScript({...input, bootDebug: false});
		const head = script.slice(0, script.indexOf("STEP='beginning'"));
		const names = ['METADATA_URL', 'CALLBACK_URL', 'DOWNLOAD_URL', 'SHA256', 'http_proxy', 'HTTPS_PROXY'];
		const more = input.jit ? [] : ['REPO_URL', 'RUNNER_NAME', 'LABELS', 'RUNNER_GROUP'];
		const print = [...names, ...more].map((name) => `printf '%s\\0' "$${name}"`).join('\n');
		const [...values] = shell('bash', `${head}\n${print}\ncat "$SECRETS/garm" "$SECRETS/environment"`, folder).split(
			'\0',
		);
		t.deepEqual(values, [
			...[input.metadataUrl.replace(/\/+$/, ''), callbackBase(input), input.tool.downloadUrl, ''],
			...[input.proxy.http, input.proxy.https],
			...(input.jit ? [] : [input.repoUrl, input.runnerName, input.labels.join(','), input.runnerGroup]),
			`Authorization: Bearer ${input.instanceToken}\n${environmentOf(input)}`,
		]);
	}),
);

function environmentOf({proxy: {http, https, none}}: SeedInput): string {
	return Object.entries({http_proxy: http, https_proxy: https, no_proxy: none})
		.filter(([, value]) => value !== '')
		.map(([name, value]) => `${name}=${value}\n${name.toUpperCase()}=${value}\n`)
		.join('');
}

test(
	"root's own word to GARM carries the token and the address, byte for byte",
	forAll(20, (t, input) => {
		const folder = temporaryFolder(t);
		writeProgram(folder, 'curl', 'cat; for word; do last=$word; done; printf "%s" "$last"');
		writeProgram(folder, 'su', 'exit 0');
		const tell = decode(cloudConfigOf(input).write_files.find((file) => file.path === '/garm-tell.sh')?.content);
		writeFileSync(path.join(folder, 'tell'), tell);
		const said = shell('sh', '. ./tell', folder, ['install', '137']);
		t.is(said, `Authorization: Bearer ${input.instanceToken}\n${callbackBase(input)}/status`);
	}),
);

test(
	'package managers are told the proxy as it is',
	forAll(30, (t, input) => {
		const folder = temporaryFolder(t);
		const {http, https, none} = input.proxy;
		const [command] = cloudConfigOf(input).bootcmd as readonly (readonly string[])[];
		const prepare = `mkdir -p etc/apt/apt.conf.d etc/dnf etc/sysconfig; : >etc/sysconfig/proxy
printf '[main]\\ngpgcheck=1\\n[other]\\n' >etc/dnf/dnf.conf\n`;
		const body = (command?.[2] ?? '').replaceAll('/etc/', `${folder}/etc/`);
		const look = `cat etc/apt/apt.conf.d/95garm-proxy etc/dnf/dnf.conf
. ./etc/sysconfig/proxy; printf '%s\\0' "$HTTP_PROXY" "$HTTPS_PROXY" "$NO_PROXY"`;
		t.is(
			shell('sh', prepare + body + look, folder),
			`Acquire::http::Proxy "${http}";\nAcquire::https::Proxy "${https}";\n[main]\nproxy=${https}\ngpgcheck=1\n[other]\n${http}\0${https}\0${none}\0`,
		);
	}),
);

test(
	'PowerShell reads every script that hostile values are in, and finds every value',
	forAll(20, async (t, input) => {
		const windows: SeedInput = {...input, os: 'windows', format: 'config-drive'};
		const script = renderInstallScript(windows);
		t.deepEqual(await powerShellMistakes(script), []);
		t.regex(script, /^[\t\n -~]*$/);
		const {metadataUrl, callbackUrl, downloadUrl, repoUrl, runnerName, labels, runnerGroup} =
			await powerShellValues(script);
		t.deepEqual(
			{metadataUrl, callbackUrl, downloadUrl, repoUrl, runnerName, labels, runnerGroup},
			{
				metadataUrl: input.metadataUrl.replace(/\/+$/, ''),
				callbackUrl: callbackBase(input),
				downloadUrl: input.tool.downloadUrl,
				repoUrl: input.repoUrl,
				runnerName: input.runnerName,
				labels: input.labels.join(','),
				runnerGroup: input.runnerGroup,
			},
		);
		const userData = fileOf(windows, 'user_data');
		t.deepEqual(await powerShellMistakes(userData), []);
		t.regex(userData, /^#ps1_sysnative\n[\t\n -~]*$/);
		const metaData = JSON.parse(fileOf(windows, 'meta_data.json')) as object;
		t.deepEqual(metaData, {
			uuid: input.instanceId,
			hostname: input.hostName,
			name: input.hostName,
			public_keys: {'garm-1': input.sshKeys[0]},
		});
	}),
);

const fields: Readonly<Record<string, (bad: string) => Partial<SeedInput>>> = {
	runnerName: (bad) => ({runnerName: bad}),
	hostName: (bad) => ({hostName: bad}),
	instanceId: (bad) => ({instanceId: bad}),
	tool: (bad) => ({tool: {...aSeedInput().tool, downloadUrl: bad}}),
	repoUrl: (bad) => ({repoUrl: bad}),
	callbackUrl: (bad) => ({callbackUrl: bad}),
	metadataUrl: (bad) => ({metadataUrl: bad}),
	instanceToken: (bad) => ({instanceToken: bad}),
	sshKeys: (bad) => ({sshKeys: [bad]}),
	runnerGroup: (bad) => ({runnerGroup: bad}),
	caBundlePem: (bad) => ({caBundlePem: bad}),
	labels: (bad) => ({labels: [bad]}),
	extraPackages: (bad) => ({extraPackages: [bad]}),
	installTemplate: (bad) => ({installTemplate: bad}),
	preInstallScripts: (bad) => ({preInstallScripts: {[bad]: new Uint8Array()}}),
	extraContext: (bad) => ({extraContext: {[bad]: ''}}),
	proxy: (bad) => ({proxy: {http: '', https: '', none: bad}}),
};

test('what no script or file can carry is refused by the name of its field', (t) => {
	for (const [field, change] of Object.entries(fields)) {
		for (const bad of ['a\0b', 'a\ud800b', '\udfff']) {
			const fault = t.throws(() => renderSeed(aSeedInput(change(bad))), undefined, field);
			t.true(
				isFault(fault, 'bad-request') && fault.reasons.some((reason) => reason.startsWith(field)),
				`${field}: ${fault?.message}`,
			);
		}
	}
});

test('what would be two lines where one belongs is refused, and no secret is in the sentence', (t) => {
	const refused: readonly (readonly [RegExp, Partial<SeedInput>])[] = [
		[/^The seed cannot be used: instance-token holds a line break/, {instanceToken: 'secret\nX-Evil: 1'}],
		[/temp_download_token holds a line break/, {tool: {...aSeedInput().tool, token: 'secret\r\nX: 1'}}],
		[/ssh-keys holds a line break/, {sshKeys: ['ssh-ed25519 AAAA\nssh-ed25519 secret']}],
		[/proxy_config\.http_proxy holds a quote/, {proxy: {http: 'http://u:secret"@p', https: '', none: ''}}],
		[/proxy_config\.https_proxy holds a quote/, {proxy: {http: '', https: "http://secret'p", none: ''}}],
		[/proxy_config\.no_proxy holds a line break/, {proxy: {http: '', https: '', none: 'a\nsecret=b'}}],
		[/sha256_checksum is no SHA-256/, {tool: {...aSeedInput().tool, sha256: 'secret'}}],
		[/ca-cert-bundle holds no certificate/, {caBundlePem: 'secret'}],
		[/ca-cert-bundle holds no certificate, or a broken one/, {caBundlePem: aCertificate.replace('MII', '(secret)')}],
		[/ca-cert-bundle holds no certificate, or a broken one/, {caBundlePem: aCertificate.slice(0, 80)}],
		...['../x', 'a/b', '..', '.', '', '/etc/cron.d/x', '-rf', 'a\nb'].map(
			(name) =>
				[/pre_install_scripts: .* is no plain file name/, {preInstallScripts: {[name]: new Uint8Array()}}] as const,
		),
	];
	for (const [message, change] of refused) {
		const fault = t.throws(() => renderSeed(aSeedInput(change)), {message});
		t.false(fault?.message.includes('secret'), fault?.message);
	}
});

function decode(base64: string | undefined): string {
	return text(Buffer.from(base64 ?? '', 'base64'));
}

/** What a shell prints that runs `script` in `folder`; fails where a hostile value made a file there. */
function shell(name: 'bash' | 'sh', script: string, folder: string, args: readonly string[] = []): string {
	writeFileSync(path.join(folder, 'script'), script);
	const env = {PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, TMPDIR: folder};
	const {status, stdout, stderr} = spawnSync(name, [path.join(folder, 'script'), ...args], {cwd: folder, env});
	if (status !== 0) throw new Error(`${name} ended with ${status}: ${text(stderr)}`);
	if (existsSync(path.join(folder, 'pwned'))) throw new Error('a value was run as a command');
	return text(stdout);
}

function writeProgram(folder: string, name: string, body: string): void {
	mkdirSync(path.join(folder, 'bin'), {recursive: true});
	writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${body}\n`, {mode: 0o755});
}
