/** What a finding is about, in the order in which people read them. */
export const topics = [
	'config',
	'garm',
	'endpoint',
	'clock',
	'token',
	'privilege',
	'pool',
	'template',
	'place',
	'storage',
	'network',
	'vmid',
	'tag',
] as const;
export type Topic = (typeof topics)[number];

/** `failure`: a runner would not come up, or would not go. `warning`: something is worse than it could be. */
export type Level = 'ok' | 'warning' | 'failure';

/** One thing that was looked at. */
export interface Finding {
	readonly topic: Topic;
	readonly level: Level;
	/** A clause without a full stop. */
	readonly what: string;
	/** Whole sentences. */
	readonly why?: string;
	/** Lines for root's shell on a node of the cluster. */
	readonly mend?: readonly string[];
	/** Lines for a config file, each with a comment that says for which. */
	readonly set?: readonly string[];
}

/** Whether nothing would keep a runner from coming up. */
export function isWell(findings: readonly Finding[]): boolean {
	return findings.every(({level}) => level !== 'failure');
}

/** A list such as "a, b and c". */
export function listed(words: readonly string[]): string {
	return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Clauses as one sentence, without its full stop. */
export function sentence(...clauses: readonly string[]): string {
	const text = clauses.join('; ');
	return text.charAt(0).toUpperCase() + text.slice(1);
}
