import {X509Certificate} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {badRequest, isFault} from '../fault.ts';
import type {Config} from './config.ts';
import {type ParsedConfig, parseConfig} from './parse.ts';
import {readToml} from './toml.ts';

/** The checked config in `file`; throws `bad-request` with every mistake, and with no value of it. */
export async function readConfig(file: string): Promise<Config> {
	try {
		const {settings, token, tls} = parseConfig(readToml(await readText(file, 'the file')));
		const {secret, warnings} = await readSecret(token);
		const caPem = tls.ca_file === undefined ? undefined : await readCertificates(tls.ca_file);
		const own = token.secret === undefined ? [] : await warnOfReaders(file, 'the config');
		return {
			...settings,
			token: {id: token.id, secret},
			tls: {
				...(tls.fingerprint === undefined ? {} : {fingerprint: tls.fingerprint}),
				...(caPem === undefined ? {} : {caPem}),
				...(tls.insecure === undefined ? {} : {insecure: tls.insecure}),
			},
			warnings: [...settings.warnings, ...own, ...warnings],
		};
	} catch (error) {
		if (!isFault(error, 'bad-request')) throw error;
		throw badRequest(`Config ${file}`, error.reasons);
	}
}

async function readSecret({
	secret,
	secret_file: file,
}: ParsedConfig['token']): Promise<{secret: string; warnings: readonly string[]}> {
	if (file === undefined) return {secret: secret ?? '', warnings: []};
	const text = (await readText(file, 'token.secret_file')).trim();
	if (!/^\S+$/.test(text))
		throw badRequest('The config', [`token.secret_file ${file} must hold the secret and nothing else.`]);
	return {secret: text, warnings: await warnOfReaders(file, 'token.secret_file')};
}

async function warnOfReaders(file: string, what: string): Promise<readonly string[]> {
	const {mode} = await stat(file);
	const readableByOthers = (mode & 0o007) !== 0;
	return readableByOthers
		? [`${what} ${file} holds a secret and can be read by everybody; run: chmod 600 ${file}`]
		: [];
}

async function readCertificates(file: string): Promise<string> {
	const pem = await readText(file, 'tls.ca_file');
	const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
	try {
		for (const block of blocks) new X509Certificate(block);
	} catch {
		throw badRequest('The config', [`tls.ca_file ${file} holds a certificate that is broken.`]);
	}
	if (blocks.length === 0) throw badRequest('The config', [`tls.ca_file ${file} holds no certificate (PEM).`]);
	return pem;
}

async function readText(file: string, what: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest('The config', [`${what} cannot be read (${file}: ${code}).`]);
	}
}
