import test from 'ava';
import {load} from 'js-yaml';
import {isFault} from '../../lib/fault.ts';
import {hostNameOf} from '../../lib/runner/names.ts';
import {renderSeed} from '../../lib/seed/render.ts';
import type {SeedInput} from '../../lib/seed/view.ts';
import {aCertificate, aWindowsInput, bytesOf} from '../helper/a-seed.ts';
import {powerShellMistakes} from '../helper/powershell.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);

function filesOf(input: SeedInput): Readonly<Record<string, string>> {
	return Object.fromEntries(renderSeed(input).files.map((file) => [file.path, text(file.bytes)]));
}

const userDataOf = (changes: Partial<SeedInput>): string => {
	const files = filesOf(aWindowsInput(changes));
	return files['openstack/latest/user_data'] ?? files['user-data'] ?? '';
};

/** The scripts that a first boot writes and runs, in order, each by the name of its file. */
function scriptsIn(userData: string): readonly (readonly [string, string])[] {
	const calls = [...userData.matchAll(/Invoke-Script '([^']*)' '([A-Za-z0-9+/=]*)'/g)];
	return calls.map(([, name = '', content = '']) => [name, text(Buffer.from(content, 'base64'))]);
}

test('a Windows seed is a drive that cloudbase-init knows, with names and keys in its metadata', (t) => {
	const {label} = renderSeed(aWindowsInput());
	t.is(label, 'config-2');
	const files = filesOf(aWindowsInput({sshKeys: ['ssh-ed25519 AAAA']}));
	t.deepEqual(Object.keys(files), ['openstack/latest/meta_data.json', 'openstack/latest/user_data']);
	t.deepEqual(JSON.parse(files['openstack/latest/meta_data.json'] ?? ''), {
		uuid: '5ab7bcfd-2a4b-4d2c-9d4e-5b1b3c1f2a90',
		hostname: 'garm-1f0e9d8c7b',
		name: 'garm-1f0e9d8c7b',
		public_keys: {'garm-1': 'ssh-ed25519 AAAA'},
	});
});

test('the same comes as NoCloud where the config says so', (t) => {
	const nocloud = aWindowsInput({format: 'nocloud', sshKeys: ['ssh-ed25519 AAAA']});
	t.is(renderSeed(nocloud).label, 'cidata');
	const {'meta-data': metaData = '', 'user-data': userData = ''} = filesOf(nocloud);
	t.deepEqual(load(metaData), {
		'instance-id': '5ab7bcfd-2a4b-4d2c-9d4e-5b1b3c1f2a90',
		'local-hostname': 'garm-1f0e9d8c7b',
		'public-keys': ['ssh-ed25519 AAAA'],
	});
	t.true(userData.startsWith('#ps1_sysnative\n'));
});

test('a host name has at most 15 characters, and no two runners share one', (t) => {
	const names = Array.from({length: 2000}, (_, n) => `garm-windows-pool-${n}`);
	const hosts = names.map((name) => hostNameOf(name, 'windows'));
	t.true(hosts.every((host) => /^[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/.test(host)));
	t.is(new Set(hosts).size, names.length);
});

const template = '#ps1_sysnative\nParam(\n\t[string]$Token="{{ .CallbackToken }}"\n)\nWrite-Output $Token\n';

test("a pool's template is the userdata where nothing comes before it", (t) => {
	const rendered = template.replace('{{ .CallbackToken }}', aWindowsInput().instanceToken);
	t.is(userDataOf({installTemplate: template}), rendered);
	t.is(userDataOf({installTemplate: `\ufeff${template}`}), rendered);
	t.is(userDataOf({installTemplate: 'Write-Output 1\n'}), '#ps1_sysnative\nWrite-Output 1\n');
});

test('what comes before the install script runs in the order of names, each script as the program that its name says', async (t) => {
	const userData = userDataOf({
		installTemplate: template,
		preInstallScripts: {'20-last.CMD': bytesOf('echo'), '10-first': bytesOf('é'), '15-tool.exe': bytesOf('MZ')},
	});
	t.deepEqual(await powerShellMistakes(userData), []);
	const scripts = scriptsIn(userData);
	t.deepEqual(
		scripts.map(([name]) => name),
		['10-first.ps1', '15-tool.exe', '20-last.CMD', 'install-runner.ps1'],
	);
	t.is(scripts[0]?.[1], 'é');
	// Its own file: a `param` block may only stand at the top of a script.
	t.regex(scripts.at(-1)?.[1] ?? '', /^\ufeff#ps1_sysnative\nParam\(/);
});

test('a template that is not plain ASCII comes with a mark that Windows PowerShell reads as UTF-8', (t) => {
	const userData = userDataOf({installTemplate: "Write-Output 'Größe'\n"});
	t.regex(userData, /^#ps1_sysnative\n[\t\n -~]*$/);
	t.deepEqual(scriptsIn(userData), [['install-runner.ps1', "\ufeff#ps1_sysnative\nWrite-Output 'Größe'\n"]]);
});

test('certificates are imported one by one, and what cannot be done is told to GARM', async (t) => {
	const userData = userDataOf({caBundlePem: aCertificate + aCertificate, extraPackages: ['jq', "it's"]});
	t.deepEqual(await powerShellMistakes(userData), []);
	t.is(userData.match(/\$store\.Add/g)?.length, 2);
	t.true(userData.includes(`put them into the template: ' + 'jq, it''s')`));
});

test('our own script parses in each of its forms, and holds its tokens before anything is traced', async (t) => {
	const {tool} = aWindowsInput();
	for (const jit of [true, false]) {
		for (const bootDebug of [true, false]) {
			const proxy = {http: 'http://p.lan:1', https: 'http://u:p%40@p.lan:1', none: 'localhost'};
			const script = userDataOf({
				jit,
				bootDebug,
				proxy,
				tool: {...tool, token: 'the-download-token', sha256: 'AB'.repeat(32)},
			});
			t.deepEqual(await powerShellMistakes(script), []);
			t.is(script.includes('Set-PSDebug -Trace 1'), bootDebug);
			const after = script.slice(script.indexOf("$runnerHome = 'C:"));
			t.false(after.includes('the-download-token') || after.includes(aWindowsInput().instanceToken));
			t.true(script.includes(`$sha256 = '${'ab'.repeat(32)}'`));
			t.is(script.includes('credentials/credentials_rsaparams'), jit);
			t.is(script.includes("'--no-default-labels'"), !jit);
		}
	}
});

test('the grammar notices what is broken', async (t) => {
	for (const broken of ["$a = 'x", 'if ($a { 1 }', 'function F {', "$a = 'it's'"]) {
		t.not((await powerShellMistakes(broken)).length, 0, broken);
	}
});

test('a pre-install script that could leave its folder is refused on Windows too', (t) => {
	for (const name of ['..\\x', 'C:x', 'a\\b', 'x:stream']) {
		const fault = t.throws(() => renderSeed(aWindowsInput({preInstallScripts: {[name]: bytesOf('')}})));
		t.true(isFault(fault, 'bad-request'), name);
	}
});
