const shortestMs = 200;
const longestMs = 3_000;

/** Milliseconds before the next try after `failures` failed ones: 0.2 s to 3 s, growing, with ±20 % jitter. */
export function backoffMs(failures: number, random: () => number): number {
	return withJitter(Math.min(longestMs, shortestMs * 2.5 ** (failures - 1)), random);
}

/** `ms` within ±20 %, so that processes that began together do not stay together. */
export function withJitter(ms: number, random: () => number): number {
	return Math.round(ms * (0.8 + 0.4 * random()));
}
