import * as v from 'valibot';
import {defined, machineOf} from '../checks.ts';
import {badRequest} from '../fault.ts';
import {isSound, reasonsOf} from '../reasons.ts';
import type {Config, Image} from './config.ts';
import {defaults} from './defaults.ts';
import {readRange, rules, warningsOf} from './rules.ts';
import {type ConfigFile, configSchema} from './schema.ts';

/** A config whose files (secret, CA) have not been read yet. */
export interface ParsedConfig {
	/** Everything of the config but what lies in other files. */
	readonly settings: Omit<Config, 'token' | 'tls'>;
	readonly token: ConfigFile['token'];
	readonly tls: ConfigFile['tls'];
}

/** The config in a TOML document; throws `bad-request` with every mistake. */
export function parseConfig(document: unknown): ParsedConfig {
	const {output, issues = []} = v.safeParse(configSchema, document);
	const file = output as ConfigFile;
	const askable = rules.filter(({keys}) => keys.every((key) => isSound(issues, key)));
	const reasons = [...reasonsOf(issues, configSchema, 'the file'), ...askable.flatMap(({check}) => check(file))];
	if (reasons.length > 0) throw badRequest('The config', reasons);
	return {settings: settingsOf(file), token: file.token, tls: file.tls};
}

function settingsOf(file: ConfigFile): ParsedConfig['settings'] {
	const {pool, nodes, proxy, network, storage, seed, clone, timeouts} = file;
	return {
		urls: (file.urls ?? [file.url ?? '']).map(withPort),
		...(pool === undefined ? {} : {pool}),
		...(nodes === undefined ? {} : {nodes}),
		...(proxy === undefined ? {} : {proxy}),
		vmidRange: readRange(file.vmid_range),
		tags: file.tags,
		storage: {seed: storage.seed, ...(storage.disks === undefined ? {} : {disks: storage.disks})},
		...(seed.evict_after === 'off' ? {} : {evictAfterSeconds: readSeconds(seed.evict_after)}),
		clone: {mode: clone.mode, ...(clone.format === undefined ? {} : {format: clone.format})},
		...(network === undefined ? {} : {network: defined(network)}),
		flavors: mapValues(file.flavors, machineOf),
		images: mapValues(file.images, imageOf),
		timeouts: {
			createMs: timeouts.create_seconds * 1000,
			operationMs: timeouts.operation_seconds * 1000,
			cleanupMs: timeouts.cleanup_seconds * 1000,
			requestMs: timeouts.request_seconds * 1000,
		},
		log: {level: file.log.level},
		warnings: warningsOf(file),
	};
}

function withPort(url: string): string {
	// URL drops the port where it is that of the protocol, and hides that there was one.
	const port = /:(\d+)\/?$/.exec(url)?.[1];
	return `https://${new URL(url).hostname}:${port === undefined ? defaults.port : Number(port)}`;
}

const unitSeconds: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600};

function readSeconds(time: string): number {
	return Number(time.slice(0, -1)) * (unitSeconds[time.slice(-1)] ?? 1);
}

function imageOf(image: ConfigFile['images'][string]): Image {
	const {template, os_type: os, arch, os_name: osName, os_version: osVersion, seed_format: seedFormat} = image;
	return {...defined({os, arch, osName, osVersion, seedFormat}), template};
}

function mapValues<From, To>(
	record: Readonly<Record<string, From>>,
	map: (value: From) => To,
): Readonly<Record<string, To>> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
