import {constants} from 'node:fs';
import {access, chmod, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Choice} from '../../access/choice.ts';
import type {Config} from '../../config/config.ts';
import {readConfig} from '../../config/read.ts';
import {badRequest, isFault} from '../../fault.ts';
import {probeEndpoint} from '../../pve/probe.ts';
import type {Clock} from '../../time/clock.ts';

/** What is at the place where the config goes. */
export type ConfigTarget =
	| {readonly state: 'absent'}
	/** It reaches the cluster with the token that was chosen: it stays as it is. */
	| {readonly state: 'works'; readonly config: Config}
	| {readonly state: 'unfit'; readonly why: string};

/** Looks at the file; throws `bad-request` where nothing can be written there. */
export async function lookAtTarget(file: string, choice: Choice, clock: Clock): Promise<ConfigTarget> {
	if (!(await exists(file))) {
		await demandWritable(path.dirname(path.resolve(file)), file);
		return {state: 'absent'};
	}
	let config: Config;
	try {
		config = await readConfig(file);
	} catch (error) {
		if (!isFault(error, 'bad-request')) throw error;
		return {state: 'unfit', why: error.message};
	}
	const why = await unfitness(config, choice, clock);
	return why === undefined ? {state: 'works', config} : {state: 'unfit', why};
}

async function unfitness(config: Config, choice: Choice, clock: Clock): Promise<string | undefined> {
	const id = `${choice.user}!${choice.token}`;
	if (config.token.id !== id) return `It names the token ${config.token.id}, not ${id}.`;
	if (config.pool !== choice.pool) return `It names the resource pool ${config.pool ?? '(none)'}, not ${choice.pool}.`;
	if (config.storage.seed !== choice.seedStorage) {
		return `It names the seed storage ${config.storage.seed}, not ${choice.seedStorage}.`;
	}
	const {token, tls, proxy, timeouts} = config;
	const options = {token, tls, clock, requestTimeoutMs: timeouts.requestMs, ...(proxy === undefined ? {} : {proxy})};
	const heard = await Promise.all(config.urls.map((url) => probeEndpoint(url, options)));
	if (heard.some(({tokenTaken}) => tokenTaken)) return undefined;
	return heard.some(({tokenTaken}) => tokenTaken === false)
		? 'Its token is not taken.'
		: `Its addresses do not answer: ${heard[0]?.trouble?.why}.`;
}

/** Writes the config for its owner only; what was there before is kept beside it. */
export async function writeTarget(file: string, text: string): Promise<void> {
	const fresh = `${file}.new`;
	await writeFile(fresh, text, {mode: 0o600});
	await chmod(fresh, 0o600);
	if (await exists(file)) {
		await rename(file, `${file}.old`);
		await chmod(`${file}.old`, 0o600);
	}
	await rename(fresh, file);
}

async function exists(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}

async function demandWritable(folder: string, file: string): Promise<void> {
	try {
		await access(folder, constants.W_OK);
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest(`The place ${file}`, [
			`${folder} cannot be written (${code}). Make it, or name another file with --config.`,
		]);
	}
}
