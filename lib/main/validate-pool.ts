import {collectReasons} from '../collect.ts';
import type {CommandTools} from '../command/tools.ts';
import type {Config} from '../config/config.ts';
import {badRequest} from '../fault.ts';
import {checkPoolInput} from '../garm/bootstrap.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {checkPool} from './check-pool.ts';
import type {Io} from './io.ts';
import {readRawBootstrap} from './raw-bootstrap.ts';

// GARM sends nothing here, and closes it; who starts us by hand may leave it open.
const patienceMs = 5000;

/**
 * Checks a pool's extra specs, and its image and flavor where standard input names them: a JSON object with `image`,
 * `flavor`, `os_type`, `arch`, `extra_specs`, all of them optional. Throws `bad-request` with every reason.
 */
export async function validatePool(
	{poolExtraSpecs}: {readonly poolExtraSpecs?: unknown},
	config: Config,
	tools: CommandTools,
	io: Io,
): Promise<void> {
	const problems = collectReasons();
	const input = await io.readInput(patienceMs);
	if (input === undefined) {
		io.writeError('Standard input stays open, and nothing comes: only the extra specs are checked.\n');
	}
	problems.attempt(() => checkPoolInput(input ?? ''), 'standard input');
	const raw = readRawBootstrap(input ?? '');
	const wishes = problems.attempt(() => parseExtraSpecs(raw.extraSpecs ?? poolExtraSpecs), 'extra_specs');
	await checkPool({...raw, wishes}, config, tools, problems);
	if (problems.reasons.length > 0) throw badRequest('The pool', problems.reasons);
}
