import {collectReasons} from '../collect.ts';
import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {badRequest} from '../fault.ts';
import {parsePoolInput} from '../garm/bootstrap.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {checkPool} from './check-pool.ts';
import type {Io} from './io.ts';

// GARM sends nothing here, and closes it; who starts us by hand may leave it open.
const patienceMs = 5000;

/**
 * Checks a pool's extra specs, and its image and flavor where standard input names them: a JSON object with `image`,
 * `flavor`, `os_type`, `arch`, `extra_specs`, all of them optional. Throws `bad-request` with every reason.
 */
export async function validatePool(
	{poolExtraSpecs}: {readonly poolExtraSpecs?: unknown},
	config: Config,
	{cluster}: CommandTools,
	io: Io,
): Promise<void> {
	const problems = collectReasons();
	const input = await io.readInput(patienceMs);
	if (input === undefined)
		io.writeError('Standard input stays open, and nothing comes: only the extra specs are checked.\n');
	const pool = problems.attempt(() => parsePoolInput(input ?? ''), 'standard input');
	const wishes = problems.attempt(() => parseExtraSpecs(pool?.extraSpecs ?? poolExtraSpecs), 'extra_specs');
	await checkPool({...pool, wishes}, config, cluster, problems);
	if (problems.reasons.length > 0) throw badRequest('The pool', problems.reasons);
}
