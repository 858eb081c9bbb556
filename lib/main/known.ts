import {readFile, stat} from 'node:fs/promises';
import {badRequest} from '../fault.ts';
import {askGarm} from '../garm/api.ts';
import {readKnownFile} from '../garm/known-names.ts';
import type {Known} from '../sweep/scope.ts';
import type {Surroundings} from './connect.ts';

/** Who says what GARM knows. */
export interface KnownSource {
	/** A file of names. */
	readonly known?: string;
	/** GARM's address. */
	readonly garm?: string;
	readonly garmTokenFile?: string;
	readonly garmCaFile?: string;
}

const timeoutMs = 30_000;
// Clocks of two machines are never quite the same; a create takes some time between GARM's database and the clone.
const slackMs = 60_000;

/** What GARM knows of the runners of `controller`; absent where nobody was named who could say. */
export async function findKnown(
	{known, garm, garmTokenFile, garmCaFile}: KnownSource,
	controller: string,
	{io, secrets}: Surroundings,
): Promise<Known | undefined> {
	if (known !== undefined) {
		const what = `--known ${known}`;
		const names = readKnownFile(await readText(known, what), what);
		return {names, at: (await stat(known)).mtimeMs - slackMs};
	}
	if (garm === undefined || garmTokenFile === undefined) return undefined;
	const token = await readToken(garmTokenFile);
	secrets.add(token);
	const at = io.clock.now() - slackMs;
	const caPem = garmCaFile === undefined ? {} : {caPem: await readText(garmCaFile, `--garm-ca-file ${garmCaFile}`)};
	const told = await askGarm({url: garm, token, timeoutMs, ...caPem});
	// Another GARM, or one whose database was made anew, knows none of these runners: every one would seem forgotten.
	if (told.controller !== controller) {
		throw badRequest(`--garm ${garm}`, [
			`it is controller ${told.controller}, and the runners are those of controller ${controller}. Where that GARM is gone for good, say so with --known and a file that holds [].`,
		]);
	}
	return {names: told.names, at};
}

async function readToken(file: string): Promise<string> {
	const what = `--garm-token-file ${file}`;
	const token = (await readText(file, what)).trim();
	if (!/^[\x21-\x7e]+$/.test(token)) throw badRequest(what, ['it must hold the token and nothing else.']);
	const {mode} = await stat(file);
	if ((mode & 0o007) !== 0) throw badRequest(what, [`everybody can read it; run: chmod 600 ${file}`]);
	return token;
}

async function readText(file: string, what: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest(what, [`it cannot be read (${code}).`]);
	}
}
