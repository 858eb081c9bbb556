import type {Io} from '../../lib/main/io.ts';
import {type Clock, systemClock} from '../../lib/time/clock.ts';

/** What a main program was given, and what it told. */
export interface ToldIo extends Io {
	readonly told: {out: string; error: string};
}

/** The streams, variables and time of a main program, without a process. */
export function anIo(
	env: Readonly<Record<string, string>> = {},
	input: string | undefined = '',
	clock: Clock = quickClock(),
): ToldIo {
	const told = {out: '', error: ''};
	return {
		env,
		told,
		readInput: async () => input,
		writeOut(text) {
			told.out += text;
		},
		writeError(text) {
			told.error += text;
		},
		clock,
		random: () => 0.5,
	};
}

// Waits are short, and budgets are still long enough for a machine under load.
const pace = 20;

function quickClock(): Clock {
	const began = Date.now();
	return {
		now: () => began + (Date.now() - began) * pace,
		sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / pace)),
		after: systemClock.after,
	};
}
