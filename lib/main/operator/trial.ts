import {type TrialReport, type TrialStep, tryRunner} from '../../command/try-runner.ts';
import type {Config} from '../../config/config.ts';
import {type Surroundings, withPlainTools} from '../connect.ts';
import {trialRunner} from '../trial-runner.ts';
import {type Paint, spellTime} from './style.ts';

/** A trial, and the time that each of its steps took. */
export interface Trial extends TrialReport {
	readonly name: string;
	readonly steps: readonly TrialStep[];
}

const watchMs = 300_000;
// The longest step says which template becomes which VM.
const widest = 48;

/** Makes, watches and removes one runner; each step is told as it ends, but for `quiet`. */
export async function runTrial(
	config: Config,
	pool: {readonly image: string; readonly flavor: string},
	surroundings: Surroundings,
	quiet = false,
): Promise<Trial> {
	const {io} = surroundings;
	const {createMs, cleanupMs} = config.timeouts;
	const name = `doctor-${Math.floor(io.random() * 36 ** 8)
		.toString(36)
		.padStart(8, '0')}`;
	const desired = trialRunner(config, {...pool, name, created: new Date(io.clock.now()).toISOString()});
	const steps: TrialStep[] = [];
	const stop = new AbortController();
	const tell = (step: TrialStep) => {
		steps.push(step);
		if (!quiet) io.writeOut(`  ${step.what.padEnd(widest)}  ${spellTime(step.ms)}\n`);
	};
	const resume = io.onInterrupt?.(() => {
		stop.abort();
		io.writeError(
			`Stopping: ${name} is removed as soon as the step that runs has ended. Ctrl-C again leaves it behind.\n`,
		);
	});
	if (!quiet) io.writeOut(`Runner ${name} of image ${pool.image} and flavor ${pool.flavor}\n`);
	try {
		const session = {config, budgetMs: createMs, clock: io.clock};
		const report = await withPlainTools(session, surroundings, (tools) =>
			tryRunner(desired, tools, {watchMs: Math.min(watchMs, createMs), cleanupMs, signal: stop.signal, tell}),
		);
		return {name, ...report, steps};
	} finally {
		resume?.();
	}
}

/** Whether the runner came up and went. */
export function isWellTried({faults, removed, boot}: TrialReport): boolean {
	return faults.length === 0 && removed && (boot === 'answered' || boot === 'ran');
}

const boots = {
	answered: 'It booted: its guest agent answers',
	ran: 'It runs; without a guest agent in the template nobody can tell from outside how far it booted',
	silent: 'It runs, but its guest agent stayed silent: either it has not booted, or no agent is installed in it',
	stopped: 'It did not go on running: look at the console of a clone of the template',
} as const satisfies Record<NonNullable<TrialReport['boot']>, string>;

/** How a trial ended, for people. */
export function printTrial(trial: Trial, paint: Paint): string {
	const {name, vmid, node, boot, addresses, removed, faults} = trial;
	const where = vmid === undefined ? '' : `It was VM ${vmid} on ${node}.`;
	const from = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`;
	return [
		...(where === '' ? [] : [where]),
		...(boot === undefined ? [] : [`${boots[boot]}${boot === 'answered' ? from : ''}.`]),
		...faults.map((fault) => `${paint('red', '✗')} ${fault}`),
		removed ? 'Nothing of it is left.' : `${paint('red', '✗')} Something of ${name} is left: remove it by hand.`,
		isWellTried(trial)
			? paint('green', '✓ A runner comes up and goes.')
			: paint('red', '✗ A runner does not come up and go as it should.'),
		'',
	].join('\n');
}
