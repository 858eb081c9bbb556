import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import type {Entry, Scenario} from './transcript.ts';

const fileName = /^\d+[a-z]?-.*\.json$/;

/**
 * The folders that hold a recording: the folder itself, else those right below it, by name; an UnreadableRecording where
 * there is none.
 */
export function findRecordings(folder: string): readonly string[] {
	const found = holdsTranscripts(folder) ? [folder] : subfolders(folder).filter(holdsTranscripts);
	if (found.length > 0) return found;
	throw new UnreadableRecording(
		`${folder} holds no transcripts: neither it nor a folder right below it has a file named like 01-version.json.`,
	);
}

const holdsTranscripts = (folder: string): boolean => namesIn(folder).some((name) => fileName.test(name));

const subfolders = (folder: string): readonly string[] =>
	namesIn(folder)
		.map((name) => path.join(folder, name))
		.filter((inside) => statSync(inside, {throwIfNoEntry: false})?.isDirectory() === true);

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder).sort();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		const why = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`;
		throw new UnreadableRecording(`${folder} ${why}.`);
	}
}

/** A folder that cannot be replayed; its message is a sentence for who asked for it. */
export class UnreadableRecording extends Error {
	override readonly name = 'UnreadableRecording';
}

/** A folder's scenarios in the order in which they were recorded; an UnreadableRecording where a file is no transcript. */
export function readRecording(folder: string): readonly Scenario[] {
	const names = namesIn(folder).filter((name) => fileName.test(name));
	const scenarios = names.map((name) => readScenario(path.join(folder, name)));
	// Scenarios are numbered by subject, and were not always recorded in that order.
	return scenarios.toSorted((a, b) => startOf(a) - startOf(b));
}

function startOf({entries}: Scenario): number {
	for (const entry of entries) if (entry.kind === 'exchange' && entry.at !== undefined) return entry.at;
	return Number.POSITIVE_INFINITY;
}

function readScenario(source: string): Scenario {
	const file = path.basename(source, '.json');
	let rows: unknown;
	try {
		rows = JSON.parse(readFileSync(source, 'utf8'));
	} catch (error) {
		throw new UnreadableRecording(`${source} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
	}
	if (!Array.isArray(rows))
		throw new UnreadableRecording(`${source} is no transcript: a list of exchanges was expected`);
	return {file, entries: dated(rows.map((row: unknown, index) => readEntry(source, file, index, row)))};
}

/** Remarks carry the time of day only: the day is that of the file's first exchange. */
function dated(entries: readonly (Entry & {readonly time?: string})[]): readonly Entry[] {
	const firstMs = entries.find(({kind, at}) => kind === 'exchange' && at !== undefined)?.at;
	return entries.map(({time, ...entry}) => {
		if (entry.kind === 'exchange' || time === undefined || firstMs === undefined) return entry;
		const dayMs = firstMs - (firstMs % msPerDay);
		const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
		return {...entry, at: dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000};
	});
}

const msPerDay = 86_400_000;

interface RawEntry {
	readonly at?: string;
	readonly note?: string;
	readonly via?: string;
	readonly ms?: number;
	readonly files?: unknown;
	readonly request?: {
		readonly method?: string;
		readonly path?: string;
		readonly headers?: Readonly<Record<string, string>>;
		readonly body?: string | null;
	};
	readonly response?: {
		readonly status?: number;
		readonly statusText?: string;
		readonly headers?: Readonly<Record<string, string>>;
		readonly body?: unknown;
	};
}

function readEntry(source: string, file: string, index: number, row: unknown): Entry & {readonly time?: string} {
	if (typeof row !== 'object' || row === null) throw new UnreadableRecording(`${source}: entry ${index} is no object`);
	const {note = '', via, ms = 0, files, at: time, request, response} = row as RawEntry;
	if (request === undefined) {
		const lying = Array.isArray(files) ? files.map(String) : [];
		return {kind: 'remark', file, index, note, files: lying, ...(time === undefined ? {} : {time})};
	}
	if (request.method === undefined || request.path === undefined || response === undefined) {
		throw new UnreadableRecording(`${source}: entry ${index} has a request without method, path or answer`);
	}
	const [raw = '', query = ''] = [request.path.split('?')[0], request.path.split('?').slice(1).join('?')];
	const {'x-auth': credentials = 'none', ...headers} = request.headers ?? {};
	const at = Date.parse(response.headers?.expires ?? '');
	return {
		...{kind: 'exchange', file, index, note, ms, query, credentials, headers},
		...(via === undefined ? {} : {via}),
		method: request.method,
		path: raw.replace(/^\/api2\/json(?=\/)/, ''),
		target: request.path,
		body: request.body ?? undefined,
		answer: {status: response.status ?? 0, reason: response.statusText ?? '', body: response.body ?? ''},
		...(Number.isNaN(at) ? {} : {at}),
	};
}
