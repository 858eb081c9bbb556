import {runProvider} from '../../../lib/main/provider.ts';
import {type Clock, systemClock} from '../../../lib/time/clock.ts';
import type {Chance} from './people.ts';

/** What the provider answered, run in this process. */
export interface Answer {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** One GARM, with its own id, on the same cluster as others. */
export interface Controller {
	readonly id: string;
	ask(command: string, variables?: Readonly<Record<string, string>>, input?: object): Promise<Answer>;
}

const pace = 50;
const began = Date.now();

// The simulated cluster lives a hundred times faster: waits shall not make a walk of hours of it.
const fastClock: Clock = {
	...systemClock,
	now: () => began + (Date.now() - began) * pace,
	sleep: (ms, signal) => systemClock.sleep(ms / pace, signal),
};

export function aController(id: string, configFile: string, chance: Chance): Controller {
	return {
		id,
		async ask(command, variables = {}, input) {
			let stdout = '';
			let stderr = '';
			const exitCode = await runProvider({
				env: {
					GARM_COMMAND: command,
					GARM_CONTROLLER_ID: id,
					GARM_PROVIDER_CONFIG_FILE: configFile,
					...variables,
				},
				readInput: async () => (input === undefined ? '' : JSON.stringify(input)),
				writeOut: (text) => {
					stdout += text;
				},
				writeError: (text) => {
					stderr += text;
				},
				clock: fastClock,
				random: chance,
				stop: new AbortController().signal,
			});
			return {exitCode, stdout, stderr};
		},
	};
}
