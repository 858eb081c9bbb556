import {type ExamineTools, examineCluster} from '../command/examine-cluster.ts';
import type {Config} from '../config/config.ts';
import {resolveFlavor} from '../config/flavor.ts';
import {diagnoseCluster} from '../doctor/diagnose.ts';
import {type Finding, sentence} from '../doctor/finding.ts';
import {badRequest} from '../fault.ts';
import {parseExtraSpecs} from '../garm/extra-specs.ts';
import {askFor} from './ask.ts';
import {collectReasons} from './collect.ts';
import type {Io} from './io.ts';
import {readRawBootstrap} from './raw-bootstrap.ts';

/**
 * Checks a pool's extra specs, and where standard input names its image (a JSON object with `image`, `flavor` and
 * `extra_specs`; GARM itself sends none) everything on the cluster that its runners need. Throws `bad-request` with
 * every reason why none would come up.
 */
export async function validatePool(
	{poolExtraSpecs}: {readonly poolExtraSpecs?: unknown},
	config: Config,
	tools: ExamineTools,
	io: Io,
): Promise<void> {
	const {image, flavor, extraSpecs} = readRawBootstrap(await io.readInput());
	const problems = collectReasons();
	const wishes = problems.attempt(() => parseExtraSpecs(extraSpecs ?? poolExtraSpecs));
	const machine = flavor === undefined ? undefined : resolveFlavor(config, flavor);
	if (typeof machine === 'string') problems.add(machine);
	if (image !== undefined) {
		const known = typeof machine === 'object' && flavor !== undefined;
		const ask = {
			...askFor(config, {image, ...(wishes === undefined ? {} : {wishes})}),
			flavors: known ? [{name: flavor, machine: {...machine, ...wishes?.machine}}] : [],
		};
		const findings = diagnoseCluster(ask, await examineCluster(ask, 0, tools));
		for (const finding of findings) if (finding.level === 'failure') problems.add(reasonFrom(finding));
	}
	if (problems.reasons.length > 0) throw badRequest('The pool', problems.reasons);
}

function reasonFrom({what, why, mend = []}: Finding): string {
	const lines = mend.length === 0 ? [] : [`On a node run: ${mend.join('; ')}`];
	return [`${sentence(what)}.`, ...(why === undefined ? [] : [why]), ...lines].join(' ');
}
