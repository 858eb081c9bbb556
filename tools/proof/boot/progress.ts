import type {Clock} from '../../../lib/time/clock.ts';

/** Says in a line how far the proof has come. */
export type Tell = (line: string) => void;

/** A teller that begins each line with the seconds since now. */
export function tellWithTime(write: (text: string) => void, clock: Clock): Tell {
	const begin = clock.now();
	return (line) => write(`${`${Math.round((clock.now() - begin) / 1000)} s`.padStart(6)}  ${line}\n`);
}
