import {examineCluster} from '../command/examine-cluster.ts';
import type {Config} from '../config/config.ts';
import {readConfig} from '../config/read.ts';
import type {Ask} from '../doctor/ask.ts';
import {diagnoseCluster} from '../doctor/diagnose.ts';
import {checkEndpoints, checkToken} from '../doctor/endpoint-check.ts';
import type {Finding} from '../doctor/finding.ts';
import {isFault} from '../fault.ts';
import {probeEndpoint} from '../pve/probe.ts';
import {askFor} from './ask.ts';
import {type Surroundings, withPlainTools} from './connect.ts';
import type {PoolChoice} from './pool-choice.ts';

/** A config that was read, or why it could not be. */
export type ReadConfig = {readonly config: Config; readonly findings: readonly Finding[]} | readonly Finding[];

/** Reads a config file; every mistake in it is a finding. */
export async function readForCheck(file: string): Promise<ReadConfig> {
	try {
		const config = await readConfig(file);
		const warnings = config.warnings.map((what): Finding => ({topic: 'config', level: 'warning', what}));
		return {config, findings: [{topic: 'config', level: 'ok', what: `${file} is in order`}, ...warnings]};
	} catch (error) {
		if (!isFault(error, 'bad-request')) throw error;
		const reasons = error.reasons.length > 0 ? error.reasons : [error.message];
		return reasons.map((why) => ({topic: 'config', level: 'failure', what: `${file} cannot be used`, why}));
	}
}

// Enough to tell a crowded range from one with room.
const triedVmids = 16;
const longestProbeMs = 15_000;

/** Everything between this machine and a runner of the pool: addresses, token, and the cluster. */
export async function checkCluster(
	config: Config,
	choice: PoolChoice,
	surroundings: Surroundings,
): Promise<readonly Finding[]> {
	const {clock} = surroundings.io;
	const {urls, token, tls, proxy, timeouts} = config;
	const options = {
		...{token, tls, clock, requestTimeoutMs: Math.min(longestProbeMs, timeouts.requestMs)},
		...(proxy === undefined ? {} : {proxy}),
	};
	const endpoints = await Promise.all(urls.map((url) => probeEndpoint(url, options)));
	const findings = [...checkEndpoints(endpoints), ...checkToken(token.id, endpoints)];
	if (!endpoints.some(({tokenTaken}) => tokenTaken)) return findings;
	return [...findings, ...(await examine(config, askFor(config, choice), surroundings))];
}

async function examine(config: Config, ask: Ask, surroundings: Surroundings): Promise<readonly Finding[]> {
	const session = {config, budgetMs: config.timeouts.operationMs, clock: surroundings.io.clock};
	try {
		return await withPlainTools(session, surroundings, async (tools) =>
			diagnoseCluster(ask, await examineCluster(ask, triedVmids, tools)),
		);
	} catch (error) {
		if (!isFault(error)) throw error;
		return [{topic: 'endpoint', level: 'failure', what: 'the cluster could not be looked at', why: error.message}];
	}
}
