import type {Config} from '../../config/config.ts';
import {type Finding, isWell} from '../../doctor/finding.ts';
import {badRequest} from '../../fault.ts';
import {checkCluster, readForCheck} from '../check-config.ts';
import {checkGarmFile} from '../check-garm.ts';
import type {Surroundings} from '../connect.ts';
import type {Io} from '../io.ts';
import {createSecrets, secretsOf} from '../secrets.ts';
import type {DoctorOptions} from './doctor-command.ts';
import {printFindings} from './print-findings.ts';
import {painter} from './style.ts';
import {isWellTried, printTrial, runTrial} from './trial.ts';
import {Verdict} from './verdict.ts';

/** Looks at everything, tells it, and ends with 1 where a runner would not come up. */
export async function runDoctor(options: DoctorOptions, io: Io): Promise<void> {
	const surroundings = {io, secrets: createSecrets()};
	if (options.try && (options.image === undefined || options.flavor === undefined)) {
		throw badRequest('The trial', [
			'name the image and the flavor behind --try, e.g. --try ubuntu-24.04-runner 4c-8g.',
		]);
	}
	const {findings, config} = await examine(options, surroundings);
	const well = isWell(findings);
	if (!options.json) io.writeOut(surroundings.secrets.hide(printFindings(findings, painter(io.colours))));
	const trial =
		options.try && well && config ? await runTrial(config, pool(options), surroundings, options.json) : undefined;
	if (options.json) {
		const document = {ok: well && (trial === undefined || isWellTried(trial)), findings, ...(trial && {trial})};
		io.writeOut(surroundings.secrets.hide(`${JSON.stringify(document, null, 2)}\n`));
	} else if (trial !== undefined) io.writeOut(surroundings.secrets.hide(printTrial(trial, painter(io.colours))));
	else if (options.try) io.writeError('No runner was tried, since it would not come up.\n');
	if (!well || (trial !== undefined && !isWellTried(trial))) throw new Verdict(1);
}

async function examine(
	{config: file, garmConfig, ...choice}: DoctorOptions,
	surroundings: Surroundings,
): Promise<{readonly findings: readonly Finding[]; readonly config?: Config}> {
	const read = await readForCheck(file);
	if (!('config' in read)) return {findings: read};
	const {config} = read;
	surroundings.secrets.add(...secretsOf(config));
	const [garm, cluster] = await Promise.all([
		garmConfig === undefined ? [] : checkGarmFile(garmConfig, file, config),
		checkCluster(config, choice, surroundings),
	]);
	return {config, findings: [...read.findings, ...garm, ...cluster]};
}

function pool({image = '', flavor = ''}: DoctorOptions): {readonly image: string; readonly flavor: string} {
	return {image, flavor};
}
