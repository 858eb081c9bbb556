import {collectReasons, type ReasonCollector} from '../collect.ts';
import {type ExamineTools, examineCluster} from '../command/examine-cluster.ts';
import type {Config} from '../config/config.ts';
import type {Ask} from '../doctor/ask.ts';
import {diagnoseCluster} from '../doctor/diagnose.ts';
import {type Finding, sentence} from '../doctor/finding.ts';
import {badRequest, isFault} from '../fault.ts';
import {checkPoolInput} from '../garm/bootstrap.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {askFor} from './ask.ts';
import type {Io} from './io.ts';
import {resolveChoice} from './pool-choice.ts';
import {readRawBootstrap} from './raw-bootstrap.ts';

// GARM sends nothing here, and closes it; who starts us by hand may leave it open.
const patienceMs = 5000;

/**
 * Checks a pool's extra specs, and where standard input names its image everything on the cluster that its runners need.
 * Standard input is a JSON object with `image`, `flavor`, `os_type`, `arch`, `extra_specs`, all of them optional; GARM
 * itself sends none. Throws `bad-request` with every reason why no runner would come up.
 */
export async function validatePool(
	{poolExtraSpecs}: {readonly poolExtraSpecs?: unknown},
	config: Config,
	tools: ExamineTools,
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
	const {machine} = resolveChoice({...raw, wishes}, config, problems);
	if (raw.image !== undefined) {
		const flavors = machine === undefined || raw.flavor === undefined ? [] : [{name: raw.flavor, machine}];
		const ask = {...askFor(config, {image: raw.image, wishes}), flavors};
		for (const reason of await clusterReasons(ask, tools, problems)) problems.add(reason);
	}
	if (problems.reasons.length > 0) throw badRequest('The pool', problems.reasons);
}

/** Why no runner would come up; the cluster's own trouble is thrown only where there is nothing to tell about the pool. */
async function clusterReasons(ask: Ask, tools: ExamineTools, {reasons}: ReasonCollector): Promise<readonly string[]> {
	try {
		const findings = diagnoseCluster(ask, await examineCluster(ask, 0, tools));
		return findings.filter(({level}) => level === 'failure').map(reasonFrom);
	} catch (error) {
		if (reasons.length === 0 || !isFault(error)) throw error;
		return [];
	}
}

function reasonFrom({what, why, mend = []}: Finding): string {
	const lines = mend.length === 0 ? [] : [`On a node run: ${mend.join('; ')}`];
	return [`${sentence(what)}.`, ...(why === undefined ? [] : [why]), ...lines].join(' ');
}
