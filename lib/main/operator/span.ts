import {InvalidArgumentError} from 'commander';

const unitsMs = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;

/** Milliseconds of a span such as `90s`, `30m`, `1h`, `2d`. */
export function parseSpan(text: string): number {
	const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
	if (amount === undefined || unit === undefined)
		throw new InvalidArgumentError('It is no span such as 90s, 30m, 1h or 2d.');
	return Number(amount) * unitsMs[unit as keyof typeof unitsMs];
}

/** A span in one or two units: `45s`, `12m`, `3h 5m`, `2d 4h`. */
export function spellSpan(ms: number): string {
	const seconds = Math.floor(ms / 1000);
	const parts = [
		[Math.floor(seconds / 86_400), 'd'],
		[Math.floor(seconds / 3600) % 24, 'h'],
		[Math.floor(seconds / 60) % 60, 'm'],
		[seconds % 60, 's'],
	] as const;
	const first = parts.findIndex(([amount]) => amount > 0);
	if (first < 0) return '0s';
	const [major, minor] = parts.slice(first, first + 2);
	const words = [major, ...(minor !== undefined && minor[0] > 0 && minor[1] !== 's' ? [minor] : [])];
	return words.map((part) => `${part?.[0]}${part?.[1]}`).join(' ');
}
