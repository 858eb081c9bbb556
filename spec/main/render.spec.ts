import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {load} from 'js-yaml';
import {collectReasons} from '../../lib/collect.ts';
import {parseConfig} from '../../lib/config/parse.ts';
import {parseBootstrap} from '../../lib/garm/bootstrap.ts';
import {parseExtraSpecs} from '../../lib/garm/extra-specs.ts';
import {desiredRunner} from '../../lib/main/desired-runner.ts';
import {tagsOf, writeNotes} from '../../lib/runner/mark.ts';
import {temporaryFolder} from '../helper/temporary-folder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const executable = path.join(root, 'build/tools/garm-proxmox.js');
const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';
const token = 'demo-instance-token';

const bootstrapFile = (name: string): string => path.join(root, 'tools/demo/bootstrap', `${name}.json`);
const bootstrapOf = (name: string) => JSON.parse(readFileSync(bootstrapFile(name), 'utf8')) as Record<string, unknown>;

const configText = `url = "https://pve.example.com:8006"
[token]
id = "garm@pve!provider"
secret = "5ec4e7aa-0000-4000-8000-feedfacecafe"
[flavors.big]
cores = 8
[images.win]
template = "windows-2025-runner"
os_type = "windows"
seed_format = "nocloud"
`;

function render(args: readonly string[], input?: string) {
	const {status, stdout, stderr} = spawnSync(process.execPath, [executable, 'render', ...args], {
		env: {PATH: '/usr/bin:/bin'},
		...(input === undefined ? {} : {input}),
		maxBuffer: 2 ** 26,
	});
	return {status, bytes: stdout, out: stdout.toString(), err: stderr.toString()};
}

test('without a part everything is shown, each script in clear, and no token', (t) => {
	const {status, out, err} = render(['--bootstrap', bootstrapFile('linux-token'), '--controller', controller]);
	t.is(status, 0, err);
	t.regex(
		out,
		/^garm-seed-[0-9a-f]{8}-[0-9a-f]{16}-[0-9a-f]{12}\.iso: an ISO image with the label cidata, \d+ bytes\n/,
	);
	for (const title of [
		'meta-data',
		'user-data',
		'/garm-pre-install/00-first.sh',
		'/garm-tell.sh',
		'/install_runner.sh',
	]) {
		t.regex(out, new RegExp(`^===== ${title} \\(`, 'm'));
	}
	t.true(out.includes("RUNNER_NAME='garm-0k3f9x2m1aqz'") && out.includes('echo first'));
	t.false(out.includes(token) || out.includes(Buffer.from(token).toString('base64').slice(0, 20)));
	t.regex(err, /^Without --config: .*\nTokens and passwords are masked; --show-secrets /);
});

test('the image is to the byte, and by its name, what a create would upload', (t) => {
	for (const name of ['linux-jit', 'linux-token', 'null-specs', 'proxy-ca', 'scale-set', 'windows-jit']) {
		const desired = desiredFor(name);
		const {status, bytes, err} = render([
			...['--bootstrap', bootstrapFile(name), '--controller', controller],
			...['--part', 'image', '--show-secrets'],
		]);
		t.is(status, 0, err);
		t.is(sha256(bytes), sha256(desired?.seed.image ?? new Uint8Array()), name);
		const {out} = render(['--bootstrap', bootstrapFile(name), '--controller', controller]);
		t.true(out.startsWith(`${desired?.seed.fileName}: `), name);
	}
});

test('nothing of a runner but the image of its seed holds a token', (t) => {
	for (const name of ['linux-jit', 'linux-token']) {
		const desired = desiredFor(name);
		if (desired === undefined) return t.fail(name);
		const {image, ...seed} = desired.seed;
		t.false(JSON.stringify({...desired, seed}).includes(token));
		t.true(decoded(Buffer.from(image).toString('latin1')).includes(token));
		const {pool, image: template, flavor, os, arch, created} = desired;
		const vmid = 100_000;
		const mark = {controller, pool, runner: desired.name, vmid, created, image: template, flavor, os, arch};
		t.false(writeNotes(mark).includes(token) || tagsOf(mark).some((tag) => tag.includes(token)));
	}
});

function desiredFor(name: string) {
	const text = readFileSync(bootstrapFile(name), 'utf8');
	const secret = {id: 'garm@pve!provider', secret: 's'};
	const config = {...parseConfig({url: 'https://localhost', token: secret}).settings, token: secret, tls: {}};
	const request = parseBootstrap(text);
	const order = {controller, request, wishes: parseExtraSpecs(request.extraSpecs), config, created: ''};
	return desiredRunner(order, collectReasons());
}

test('each part comes as it is', (t) => {
	const part = (name: string, of: string, ...more: readonly string[]) =>
		render(['--bootstrap', bootstrapFile(of), '--part', name, ...more]);
	const userData = part('user-data', 'linux-token').out;
	t.true(userData.startsWith('#cloud-config\n'));
	t.deepEqual((load(userData) as {packages: unknown}).packages, ['jq']);
	t.is((load(part('meta-data', 'linux-token').out) as Record<string, unknown>)['local-hostname'], 'garm-0k3f9x2m1aqz');
	t.is((JSON.parse(part('meta-data', 'windows-jit').out) as {hostname: string}).hostname.length, 15);
	t.true(part('user-data', 'windows-jit').out.startsWith('#ps1_sysnative\n'));
	t.true(part('install-script', 'linux-token').out.startsWith('#!/bin/bash\n'));
	const network = part('network-config', 'linux-token');
	t.is(network.out, '');
	t.is(network.status, 0);
	t.regex(network.err, /has no network-config: the guest asks DHCP/);
});

test('tokens are masked wherever they stand, and shown where that is asked for', (t) => {
	const bootstrap = bootstrapOf('linux-token');
	const secrets = {instance: 'the-instance-token', download: 'the-download-token', password: 'the-password'};
	const [first, ...others] = bootstrap.tools as readonly object[];
	const input = JSON.stringify({
		...bootstrap,
		'instance-token': secrets.instance,
		tools: [{...first, temp_download_token: secrets.download}, ...others],
		proxy_config: {http_proxy: `http://u:${secrets.password}@proxy.lan:1`},
		extra_specs: {
			runner_install_template: base64(`#!/bin/sh\nTOKEN=${secrets.instance}\nOTHER={{ .TempDownloadToken }}\n`),
			pre_install_scripts: {a: base64(`echo ${secrets.instance} ${secrets.password}`)},
			extra_context: {b: secrets.download},
		},
	});
	for (const part of [undefined, 'user-data', 'install-script', 'image']) {
		const args = ['--bootstrap', '-', ...(part === undefined ? [] : ['--part', part])];
		const masked = render(args, input);
		t.is(masked.status, 0, masked.err);
		for (const secret of Object.values(secrets)) t.false(decoded(masked.out).includes(secret), `${part}: ${secret}`);
		const shown = render([...args, '--show-secrets'], input);
		t.true(decoded(shown.out).includes(secrets.instance), part);
	}
});

/** A text, and whatever stands in it in base64, in clear. */
function decoded(text: string): string {
	const blocks = text.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
	return [text, ...blocks.map((block) => Buffer.from(block, 'base64').toString('latin1'))].join('\n');
}

test('a file of its own is written for its owner alone', (t) => {
	const out = path.join(temporaryFolder(t), 'seed.iso');
	const {status, bytes} = render(['--bootstrap', bootstrapFile('linux-jit'), '--part', 'image', '--out', out]);
	t.is(status, 0);
	t.is(bytes.length, 0);
	t.is(statSync(out).mode & 0o777, 0o600);
	t.is(readFileSync(out).subarray(32769, 32774).toString(), 'CD001');
});

test('with a config its aliases and flavors count', (t) => {
	const folder = temporaryFolder(t);
	const config = path.join(folder, 'proxmox.toml');
	writeFileSync(config, configText, {mode: 0o600});
	const input = JSON.stringify({...bootstrapOf('windows-jit'), image: 'win', flavor: 'big'});
	const {status, out, err} = render(['--bootstrap', '-', '--config', config], input);
	t.is(status, 0, err);
	t.regex(out, /with the label cidata/);
	t.notRegex(err, /Without --config/);
});

test('everything that is wrong is told at once', (t) => {
	const folder = temporaryFolder(t);
	const config = path.join(folder, 'proxmox.toml');
	writeFileSync(config, configText, {mode: 0o600});
	const input = JSON.stringify({
		...bootstrapOf('linux-token'),
		image: 'win',
		flavor: 'huge',
		'ca-cert-bundle': base64('no certificate'),
		extra_specs: {pre_install_scripts: {'../x': base64('x')}},
	});
	const {status, out, err} = render(['--bootstrap', '-', '--config', config], input);
	t.is(status, 1);
	t.is(out, '');
	for (const reason of [
		/flavor "huge" is not known/,
		/image "win" is configured for windows, but the pool asks for linux/,
		/"\.\.\/x" is no plain file name/,
		/ca-cert-bundle holds no certificate/,
	]) {
		t.regex(err, reason);
	}
	t.is(err.match(/is configured for windows/g)?.length, 1);
	t.regex(render(['--bootstrap', '-'], '{').err, /it is no JSON document/);
	t.regex(
		render(['--bootstrap', '/no/such/file']).err,
		/^The bootstrap cannot be used: \/no\/such\/file cannot be read \(ENOENT\)\./,
	);
	t.is(render([]).status, 2);
	t.is(render(['--bootstrap', 'x', '--part', 'nonsense']).status, 2);
});

test('its help has two examples', (t) => {
	const {status, out} = render(['--help']);
	t.is(status, 0);
	t.is(out.match(/^ {2}\$ garm-proxmox render /gm)?.length, 2);
});

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}

function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
