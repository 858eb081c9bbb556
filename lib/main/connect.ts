import {evictSeeds, withRider} from '../command/evict-seeds.ts';
import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {createLogger} from '../log/logger.ts';
import {connectPve, type PveCluster} from '../pve/connect.ts';
import type {Clock} from '../time/clock.ts';
import {deadlineIn} from '../time/deadline.ts';
import type {Io} from './io.ts';
import type {Secrets} from './secrets.ts';

/** Whose commands they are, and the time for all of them. */
export interface Session {
	readonly config: Config;
	readonly controller: string;
	readonly budgetMs: number;
}

/** What a run has of its process, and what it must not tell. */
export interface Surroundings {
	readonly io: Io;
	readonly secrets: Secrets;
}

/**
 * What `work` gives, done with the tools of a command on the config's cluster. Beside it seeds of the controller are
 * evicted that are due; whatever of that is still under way when `work` has ended is given up.
 */
export async function withTools<Result>(
	{config, controller, budgetMs}: Session,
	surroundings: Surroundings,
	work: (tools: CommandTools) => Promise<Result>,
): Promise<Result> {
	const over = new AbortController();
	const clock = endingWith(over.signal, surroundings.io.clock);
	return withPlainTools({config, budgetMs, clock}, surroundings, async (tools) => {
		try {
			return await work({...tools, cluster: withEviction({config, controller}, tools)});
		} finally {
			tools.deadline.renew(0);
			over.abort();
		}
	});
}

/** What `work` gives, done on the config's cluster, and nothing beside it. */
export async function withPlainTools<Result>(
	{config, budgetMs, clock}: Omit<Session, 'controller'> & {readonly clock: Clock},
	{io: {random, writeError, stop}, secrets}: Surroundings,
	work: (tools: CommandTools & {readonly cluster: PveCluster}) => Promise<Result>,
): Promise<Result> {
	const deadline = deadlineIn(budgetMs, clock, stop);
	const logger = createLogger(config.log.level, (line) => writeError(secrets.hide(line)), clock.now);
	for (const warning of config.warnings) logger.warn(warning);
	const cluster = connectPve({
		urls: config.urls,
		token: config.token,
		...(config.pool === undefined ? {} : {runnerPool: config.pool}),
		tls: config.tls,
		...(config.proxy === undefined ? {} : {proxy: config.proxy}),
		requestTimeoutMs: config.timeouts.requestMs,
		deadline,
		clock,
		logger,
		random,
	});
	try {
		return await work({cluster, clock, deadline, logger, random});
	} finally {
		cluster.close();
	}
}

function withEviction({config, controller}: Omit<Session, 'budgetMs'>, tools: CommandTools): CommandTools['cluster'] {
	const {evictAfterSeconds: afterSeconds, storage} = config;
	if (afterSeconds === undefined) return tools.cluster;
	const scope = {controller, seedStorage: storage.seed, afterSeconds};
	return withRider(tools.cluster, (inventory) => evictSeeds(scope, inventory, tools));
}

function endingWith(end: AbortSignal, clock: Clock): Clock {
	return {
		...clock,
		sleep: (ms, signal) => clock.sleep(ms, signal === undefined ? end : AbortSignal.any([signal, end])),
	};
}
