import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {load} from 'js-yaml';
import {renderInstallScript} from '../../lib/seed/install.ts';
import {renderSeed} from '../../lib/seed/render.ts';
import type {SeedInput} from '../../lib/seed/view.ts';
import {aCertificate, aSeedInput, bytesOf} from '../helper/a-seed.ts';
import {temporaryFolder} from '../helper/temporary-folder.ts';
import {skipWithout} from '../helper/tools.ts';
import {cloudConfigOf} from './guest.ts';
import {hostileInput} from './hostile.ts';

const inputs: Readonly<Record<string, SeedInput>> = {
	plain: aSeedInput(),
	'just in time, traced': aSeedInput({jit: true, bootDebug: true}),
	'everything in it': aSeedInput({
		sshKeys: ['ssh-ed25519 AAAAC3Nz someone@example.com\n'],
		extraPackages: ['jq', 'docker.io', 'curl'],
		caBundlePem: `# ours\n${aCertificate}${aCertificate.replaceAll('\n', '\r\n')}`,
		proxy: {http: 'http://proxy.lan:3128', https: 'http://u:p%40ss@proxy.lan:3128', none: 'localhost'},
		preInstallScripts: {'01-mount.sh': bytesOf('#!/bin/sh\n'), '00-first.sh': bytesOf('#!/bin/sh\n')},
		installTemplate: '#!/bin/bash\necho {{ .RunnerName }}\n',
	}),
	'no updates': aSeedInput({updatesOnBoot: false}),
	hostile: hostileInput(7),
};

test('the runner is the only user, with the groups that every provider gives it', (t) => {
	const {users} = cloudConfigOf(aSeedInput({sshKeys: ['ssh-ed25519 AAAA\n']}));
	t.deepEqual(users, [
		{
			name: 'runner',
			homedir: '/home/runner',
			shell: '/bin/bash',
			groups: ['sudo', 'adm', 'cdrom', 'dialout', 'dip', 'video', 'plugdev', 'netdev', 'docker', 'lxd'],
			sudo: 'ALL=(ALL) NOPASSWD:ALL',
			lock_passwd: true,
			ssh_authorized_keys: ['ssh-ed25519 AAAA'],
		},
	]);
});

test('updates and default packages come together, and extra packages come in any case', (t) => {
	const of = (changes: Partial<SeedInput>) => {
		const {package_upgrade: upgrade, packages} = cloudConfigOf(aSeedInput(changes));
		return {upgrade, packages};
	};
	t.deepEqual(of({}), {upgrade: true, packages: ['curl', 'tar']});
	t.deepEqual(of({extraPackages: ['jq', 'curl']}), {upgrade: true, packages: ['curl', 'tar', 'jq']});
	t.deepEqual(of({updatesOnBoot: false}), {upgrade: false, packages: undefined});
	t.deepEqual(of({updatesOnBoot: false, extraPackages: ['jq']}), {upgrade: false, packages: ['jq']});
});

test('every certificate of a bundle is trusted by itself, with whatever line ends it came', (t) => {
	const {ca_certs: trust} = cloudConfigOf(inputs['everything in it'] ?? aSeedInput());
	t.deepEqual(trust, {remove_defaults: false, trusted: [aCertificate.trim(), aCertificate.trim()]});
});

test('the commands come in order: pre-install scripts by name, their folder, the install script as runner, everything that holds a token', (t) => {
	const {runcmd} = cloudConfigOf(inputs['everything in it'] ?? aSeedInput());
	t.deepEqual(runcmd, [
		"find /dev -maxdepth 1 -name 'sr[0-9]*' -exec chown root:root {} + -exec chmod 0600 {} +",
		"'/garm-pre-install/00-first.sh' || /garm-tell.sh pre-install '00-first.sh' $?",
		"'/garm-pre-install/01-mount.sh' || /garm-tell.sh pre-install '01-mount.sh' $?",
		['rm', '-rf', '/garm-pre-install'],
		['chown', 'runner:', '/install_runner.sh'],
		['chmod', '0500', '/install_runner.sh'],
		['install', '-m', '0600', '/dev/null', '/var/log/garm-install.log'],
		'su -l -c /install_runner.sh runner >/var/log/garm-install.log 2>&1 || /garm-tell.sh install $?',
		['rm', '-f', '/install_runner.sh', '/garm-tell.sh', '/tmp/real-install.sh'],
	]);
});

test('nobody but root reads a file that holds the token before its hour', (t) => {
	for (const input of Object.values(inputs)) {
		const {write_files: files} = cloudConfigOf(input);
		const open = files.filter(({permissions}) => !permissions.endsWith('00'));
		t.deepEqual(
			open.map(({path: name}) => name),
			['/etc/udev/rules.d/99-garm-seed.rules'],
		);
		t.false(
			Buffer.from(open[0]?.content ?? '', 'base64')
				.toString()
				.includes(input.instanceToken),
		);
	}
});

test('a script of ours holds each token once, and none outside of a line that goes to a file', (t) => {
	const {tool} = aSeedInput();
	for (const jit of [true, false]) {
		const script = renderInstallScript(
			aSeedInput({jit, bootDebug: true, tool: {...tool, token: 'the-download-token'}}),
		);
		const lines = script.split('\n').filter((line) => /eyJhbGci|the-download-token/.test(line));
		t.deepEqual(lines, [
			`printf 'Authorization: Bearer %s\\n' 'eyJhbGciOiJIUzI1NiJ9.an-instance-token.c2ln' >"$SECRETS/garm"`,
			`printf 'Authorization: Bearer %s\\n' 'the-download-token' >"$SECRETS/download"`,
		]);
		t.true(script.indexOf('set -x') > script.indexOf('the-download-token'));
	}
});

test('shellcheck finds nothing in our scripts', (t) => {
	if (skipWithout(t, 'shellcheck')) return;
	const folder = temporaryFolder(t);
	// What it finds in hostile values is about the values.
	for (const [name, input] of Object.entries(inputs).filter(([each]) => each !== 'hostile')) {
		const {write_files: files, bootcmd} = cloudConfigOf({...input, installTemplate: undefined});
		const scripts = files.filter((file) => /^\/(?:install_runner|garm-tell)\.sh$/.test(file.path));
		const texts = [
			...scripts.map(({content}) => Buffer.from(content, 'base64').toString()),
			...((bootcmd as readonly (readonly string[])[] | undefined) ?? []).map((command) => `#!/bin/sh\n${command[2]}`),
		];
		for (const text of texts) {
			writeFileSync(path.join(folder, 'script'), text);
			// SC1091: os-release is the guest's. SC2024: what sudo says goes to a file of the user's own, as it should.
			const excluded = '--exclude=SC1091,SC2024';
			const {stdout} = spawnSync('shellcheck', [excluded, path.join(folder, 'script')], {encoding: 'utf8'});
			t.is(stdout, '', name);
		}
	}
});

test('cloud-init itself takes every cloud-config', (t) => {
	if (skipWithout(t, 'cloud-init')) return;
	const folder = temporaryFolder(t);
	for (const [name, input] of Object.entries(inputs)) {
		const file = path.join(folder, 'user-data');
		writeFileSync(file, userDataOf(input));
		const {status, stdout, stderr} = spawnSync('cloud-init', ['schema', '--config-file', file], {encoding: 'utf8'});
		t.is(status, 0, `${name}: ${stdout}${stderr}`.slice(0, 2000));
		t.false(/deprecat/i.test(stdout + stderr), name);
	}
});

const schemaFile = '/usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json';

test('cloud-init knows every key at the top of a cloud-config', (t) => {
	if (!existsSync(schemaFile)) {
		t.log('skipped: this machine has no schema of cloud-init');
		t.pass();
		return;
	}
	// `cloud-init schema` lets unknown keys at the top pass.
	const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema;
	const known = new Set([...keysIn(schema, schema), 'users', 'write_files']);
	for (const input of Object.values(inputs)) {
		const unknown = Object.keys(cloudConfigOf(input)).filter((key) => !known.has(key));
		t.deepEqual(unknown, []);
	}
	t.false(known.has('packges'));
});

interface Schema {
	readonly $defs?: Readonly<Record<string, Schema>>;
	readonly properties?: object;
	readonly allOf?: readonly (Schema & {readonly $ref?: string})[];
}

function keysIn(part: Schema, whole: Schema): readonly string[] {
	const below = (part.allOf ?? []).flatMap((each) => {
		const name = each.$ref?.split('/').at(-1);
		return keysIn(name === undefined ? each : (whole.$defs?.[name] ?? {}), whole);
	});
	return [...Object.keys(part.properties ?? {}), ...below];
}

test('the metadata names instance and host, and nothing else on Linux', (t) => {
	const file = renderSeed(aSeedInput({sshKeys: ['ssh-ed25519 AAAA']})).files.find((each) => each.path === 'meta-data');
	t.deepEqual(load(new TextDecoder().decode(file?.bytes)), {
		'instance-id': '5ab7bcfd-2a4b-4d2c-9d4e-5b1b3c1f2a90',
		'local-hostname': 'garm-ny9heeqyw2rl',
	});
});

function userDataOf(input: SeedInput): Uint8Array {
	return renderSeed(input).files.find((file) => file.path === 'user-data')?.bytes ?? new Uint8Array();
}
