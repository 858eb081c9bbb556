import {X509Certificate} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {collectReasons} from '../collect.ts';
import {badRequest} from '../fault.ts';
import type {Config} from './config.ts';
import {parseConfig} from './parse.ts';
import {readToml, type TomlDocument} from './toml.ts';

/** The checked config in `file`; throws `bad-request` with every mistake, and with no value of it. */
export async function readConfig(file: string): Promise<Config> {
	const problems = collectReasons();
	const document = await problems.attemptLater(async () => readToml(await readText(file, 'it')));
	const parsed = document && problems.attempt(() => parseConfig(document));
	// These files are read even where the rest is wrong already: all mistakes shall be told at once.
	const secretFile = pathIn(document, 'token', 'secret_file');
	const fileSecret = secretFile && (await problems.attemptLater(() => readSecret(secretFile)));
	const caFile = pathIn(document, 'tls', 'ca_file');
	const caPem = caFile && (await problems.attemptLater(() => readCertificates(caFile)));
	if (parsed === undefined || problems.reasons.length > 0) throw badRequest(`Config ${file}`, problems.reasons);

	const {settings, token, tls} = parsed;
	const {fingerprint, insecure} = tls;
	const holders = [token.secret !== undefined && file, secretFile].filter((each) => typeof each === 'string');
	return {
		...settings,
		token: {id: token.id, secret: fileSecret ?? token.secret ?? ''},
		tls: {
			...(fingerprint === undefined ? {} : {fingerprint}),
			...(caPem === undefined ? {} : {caPem}),
			...(insecure ? {insecure} : {}),
		},
		warnings: [...settings.warnings, ...(await Promise.all(holders.map(warnOfReaders))).flat()],
	};
}

/** The absolute path under a key, where there is one. */
function pathIn(document: TomlDocument | undefined, table: string, key: string): string | undefined {
	const value = (document?.[table] as TomlDocument | undefined)?.[key];
	return typeof value === 'string' && value.startsWith('/') ? value : undefined;
}

async function readSecret(file: string): Promise<string> {
	const text = (await readText(file, `token.secret_file ${file}`)).trim();
	if (/^[!-<>-~]+$/.test(text)) return text;
	throw badRequest('The config', [`token.secret_file ${file} must hold the secret alone, without the token's id.`]);
}

async function warnOfReaders(file: string): Promise<readonly string[]> {
	const {mode} = await stat(file);
	const readableByOthers = (mode & 0o007) !== 0;
	return readableByOthers
		? [`${file} holds the token's secret, and everybody can read it. Run: chmod 600 ${file}`]
		: [];
}

async function readCertificates(file: string): Promise<string> {
	const pem = await readText(file, `tls.ca_file ${file}`);
	const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
	if (blocks.length === 0) throw badRequest('The config', [`tls.ca_file ${file} holds no certificate (PEM).`]);
	try {
		for (const block of blocks) new X509Certificate(block);
	} catch {
		throw badRequest('The config', [`tls.ca_file ${file} holds a certificate that is broken.`]);
	}
	return pem;
}

const causes: Readonly<Record<string, string>> = {
	ENOENT: 'there is no such file',
	EACCES: 'this user may not read it',
	EISDIR: 'it is a folder',
};

async function readText(file: string, what: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest('The config', [`${what} cannot be read: ${causes[code] ?? code}.`]);
	}
}
