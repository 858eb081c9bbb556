import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readConfig} from '../../lib/config/read.ts';
import {reasonsLater} from '../helper/bad-request.ts';

const secret = '3f8b1c2d-9a4e-4b7f-8c6d-5e0f1a2b3c4d';
const knownCertificate = path.resolve(import.meta.dirname, '../../../spec/fixture/tls/known-cert.pem');

/** Writes files into a folder of the test's own, `FOLDER` in them being its path; gives that path. */
async function folderWith(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-config-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	for (const [name, text] of Object.entries(files)) {
		await writeFile(path.join(folder, name), text.replaceAll('FOLDER', folder), {mode: 0o600});
	}
	return folder;
}

const withFile = `url = "https://pve1"\n[token]\nid = "garm@pve!provider"\nsecret_file = "FOLDER/secret"\n`;
const inline = `url = "https://pve1"\n[token]\nid = "garm@pve!provider"\nsecret = "${secret}"\n`;

test('the secret may lie in a file of its own, with a line break behind it', async (t) => {
	const folder = await folderWith(t, {'c.toml': withFile, secret: `${secret}\n`});
	const {token, tls, warnings} = await readConfig(path.join(folder, 'c.toml'));
	t.deepEqual({token, tls, warnings}, {token: {id: 'garm@pve!provider', secret}, tls: {}, warnings: []});
});

test('the CA file is read whole', async (t) => {
	const folder = await folderWith(t, {'c.toml': `${inline}[tls]\nca_file = "${knownCertificate}"\n`});
	const {tls} = await readConfig(path.join(folder, 'c.toml'));
	t.regex(tls.caPem ?? '', /^-----BEGIN CERTIFICATE-----\n/);
});

test('the ways to trust reach the client as they are written', async (t) => {
	const pin = 'AA:'.repeat(31);
	const folder = await folderWith(t, {
		'a.toml': `${inline}[tls]\nfingerprint = ["${pin}AA", "${pin}BB"]\n`,
		'b.toml': `${inline}[tls]\ninsecure = true\n`,
	});
	t.deepEqual((await readConfig(path.join(folder, 'a.toml'))).tls, {fingerprint: [`${pin}AA`, `${pin}BB`]});
	t.deepEqual((await readConfig(path.join(folder, 'b.toml'))).tls, {insecure: true});
});

test('a file with a byte order mark is read', async (t) => {
	const folder = await folderWith(t, {'c.toml': `\ufeff${inline}`});
	t.is((await readConfig(path.join(folder, 'c.toml'))).token.secret, secret);
});

test('a file that everybody can read is warned of where it holds the secret', async (t) => {
	const folder = await folderWith(t, {'a.toml': withFile, 'b.toml': inline, secret});
	const [a, b, own] = ['a.toml', 'b.toml', 'secret'].map((name) => path.join(folder, name)) as [string, string, string];
	await Promise.all([a, b, own].map((file) => chmod(file, 0o644)));
	t.deepEqual((await readConfig(a)).warnings, [
		`${own} holds the token's secret, and everybody can read it. Run: chmod 600 ${own}`,
	]);
	t.deepEqual((await readConfig(b)).warnings, [
		`${b} holds the token's secret, and everybody can read it. Run: chmod 600 ${b}`,
	]);
	await chmod(own, 0o640);
	t.deepEqual((await readConfig(a)).warnings, []);
});

test('a config that is not there is told with its path', async (t) => {
	const error = await t.throwsAsync(readConfig('/nowhere/proxmox.toml'));
	t.is(error?.message, 'Config /nowhere/proxmox.toml cannot be used: it cannot be read: there is no such file.');
	t.deepEqual(await reasonsLater(() => readConfig(os.tmpdir())), ['it cannot be read: it is a folder.']);
});

test('what is wrong with the files that a config names is told beside everything else', async (t) => {
	const folder = await folderWith(t, {
		'c.toml': `url = "pve1"\n[token]\nid = "garm@pve!provider"\nsecret_file = "FOLDER/secret"\n[tls]\nca_file = "FOLDER/none.pem"\n`,
		secret: `garm@pve!provider=${secret}\n`,
	});
	t.deepEqual(await reasonsLater(() => readConfig(path.join(folder, 'c.toml'))), [
		'url must be an address such as "https://pve1.example.com:8006".',
		`token.secret_file ${folder}/secret must hold the secret alone, without the token's id.`,
		`tls.ca_file ${folder}/none.pem cannot be read: there is no such file.`,
	]);
});

const refusesFile = test.macro({
	exec: async (t, key: 'secret' | 'ca.pem', text: string, expected: string) => {
		const folder = await folderWith(t, {
			'c.toml': `${withFile}[tls]\nca_file = "FOLDER/ca.pem"\n`,
			secret,
			'ca.pem': `-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----\n`,
		});
		await writeFile(path.join(folder, key), text);
		const reasons = await reasonsLater(() => readConfig(path.join(folder, 'c.toml')));
		t.true(reasons.includes(expected.replaceAll('FOLDER', folder)), reasons.join('\n'));
		t.notRegex(reasons.join(), new RegExp(secret));
	},
	title: (title = '') => title,
});
const alone = "token.secret_file FOLDER/secret must hold the secret alone, without the token's id.";
test('an empty secret file', refusesFile, 'secret', '\n', alone);
test('a secret file of two lines', refusesFile, 'secret', `${secret}\n${secret}\n`, alone);
test(
	'a CA file without a certificate',
	refusesFile,
	'ca.pem',
	`${secret}\n`,
	'tls.ca_file FOLDER/ca.pem holds no certificate (PEM).',
);
test(
	'a CA file with a broken certificate',
	refusesFile,
	'ca.pem',
	'-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
	'tls.ca_file FOLDER/ca.pem holds a certificate that is broken.',
);

const noToml = test.macro({
	exec: async (t, text: string, expected: string) => {
		const folder = await folderWith(t, {'c.toml': text});
		t.deepEqual(await reasonsLater(() => readConfig(path.join(folder, 'c.toml'))), [expected]);
	},
	title: (title = '') => title,
});
test(
	'an open quote is told with its place',
	noToml,
	`url = "https://pve1"\n[token]\nsecret = "${secret}`,
	'it is no TOML at line 3, column 48: Unterminated string.',
);
test(
	'a value without quotes is told with its place',
	noToml,
	`[token]\nsecret = ${secret}\n`,
	'it is no TOML at line 2, column 11: Unexpected character, expected only whitespace or comments till end of line.',
);
test(
	'a wrong escape is told without its letter',
	noToml,
	`[token]\nsecret = "\\s${secret}"\n`,
	'it is no TOML at line 2, column 12: Unknown escape character.',
);
test(
	'a key that is there twice is told with its place',
	noToml,
	`url = "a"\nurl = "b"\n`,
	"it is no TOML at line 2, column 10: Can't redefine existing key.",
);
test('a date that is none is told', noToml, 'url = 2026-99-99\n', 'it is no TOML: Invalid Datetime.');

test('no mistake in a file shows a piece of its secret', async (t) => {
	const folder = await folderWith(t, {});
	const file = path.join(folder, 'c.toml');
	// Every way to lose, change or add one letter, at every place of the line.
	const line = `secret = "${secret}"`;
	const spoilt = Array.from({length: line.length}, (_, n) => [
		line.slice(0, n) + line.slice(n + 1),
		line.slice(0, n),
		...['"', "'", '\\', '\n', '=', '[', '#', '\u0001', ' '].map((letter) => line.slice(0, n) + letter + line.slice(n)),
	]).flat();
	const pieces = secret.split('-');
	for (const each of spoilt) {
		await writeFile(file, `url = "https://pve1"\n[token]\nid = "garm@pve!provider"\n${each}\n`, {mode: 0o600});
		const error: unknown = await readConfig(file).then(
			() => undefined,
			(reason: unknown) => reason,
		);
		const told = error instanceof Error ? `${error.message} ${error.stack ?? ''} ${String(error.cause)}` : '';
		t.deepEqual(
			pieces.filter((piece) => told.includes(piece)),
			[],
			JSON.stringify(each),
		);
	}
});
