import {dataOf, type Exchange, rowsOf} from './transcript.ts';
import {findUpid} from './upid.ts';

/** What became of a recorded task. */
export interface Fate {
	readonly exitstatus?: string;
	readonly endtime?: number;
	readonly log?: readonly string[];
}

/** How every task ended that the recording asks about or lists, by UPID. */
export function readFates(exchanges: readonly Exchange[]): ReadonlyMap<string, Fate> {
	const fates = new Map<string, Fate>();
	const learn = (upid: string, fate: Fate): void => void fates.set(upid, {...fates.get(upid), ...fate});
	for (const {path, answer} of exchanges) {
		const upid = /\/tasks\/./.test(path) ? findUpid(path)?.text : undefined;
		if (upid !== undefined && answer.status === 200)
			learn(upid, path.endsWith('/log') ? logOf(answer) : statusOf(answer));
		if (!/\/tasks$/.test(path)) continue;
		for (const {upid: listed, status, endtime} of rowsOf(answer)) {
			if (typeof listed !== 'string' || typeof status !== 'string' || typeof endtime !== 'number') continue;
			learn(listed, {exitstatus: status, endtime});
		}
	}
	return fates;
}

function statusOf(answer: Exchange['answer']): Fate {
	const {exitstatus} = (dataOf(answer) ?? {}) as {exitstatus?: string};
	return exitstatus === undefined ? {} : {exitstatus};
}

function logOf(answer: Exchange['answer']): Fate {
	const log = rowsOf(answer).map(({t}) => String(t));
	const ended = /^TASK (?:ERROR: )?(.*)$/.exec(log.at(-1) ?? '')?.[1];
	return ended === undefined ? {log} : {log, exitstatus: ended};
}

/** Whether a recorded request did what it asked for, as far as the recording tells. */
export function succeeded({answer}: Exchange, fates: ReadonlyMap<string, Fate>): boolean {
	if (answer.status !== 200) return false;
	const upid = findUpid(String(dataOf(answer)))?.text;
	if (upid === undefined) return true;
	const {exitstatus} = fates.get(upid) ?? {};
	return exitstatus === undefined || exitstatus === 'OK' || exitstatus.startsWith('WARNINGS:');
}
