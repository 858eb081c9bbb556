import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {createLogger} from '../log/logger.ts';
import {connectPve} from '../pve/connect.ts';
import {deadlineIn} from '../time/deadline.ts';
import type {Io} from './io.ts';
import type {Secrets} from './secrets.ts';

/** The tools of a command on the config's cluster, with `budgetMs` for all of it. No request is sent yet. */
export function connectTools(config: Config, budgetMs: number, io: Io, secrets: Secrets): CommandTools {
	const {clock, random} = io;
	const deadline = deadlineIn(budgetMs, clock);
	const logger = createLogger(config.log.level, (line) => io.writeError(secrets.hide(line)), clock.now);
	for (const warning of config.warnings) logger.warn(warning);
	const cluster = connectPve({
		urls: config.urls,
		token: config.token,
		tls: config.tls,
		...(config.proxy === undefined ? {} : {proxy: config.proxy}),
		requestTimeoutMs: config.timeouts.requestMs,
		deadline,
		clock,
		logger,
		random,
	});
	return {cluster, clock, deadline, logger, random};
}
