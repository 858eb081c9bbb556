import {dataOf, type Exchange, rowsOf} from './transcript.ts';
import {fileNameIn, isUpload} from './upload.ts';

/** What the recorder kept of a form: it cut every body here. */
export const keptCharacters = 3000;

/** What the rest of a recording tells of a request that was not written down whole. */
export interface Told {
	/** The name of the file it uploads. */
	readonly fileName?: string;
	/** The VM's config behind it. */
	readonly config?: Readonly<Record<string, string>>;
}

/** What the recording tells of each of its requests whose body was not kept. */
export function readTold(exchanges: readonly Exchange[]): ReadonlyMap<Exchange, Told> {
	const told = new Map<Exchange, Told>();
	for (const [exchange, fileName] of fileNames(exchanges)) told.set(exchange, {fileName});
	for (const [index, exchange] of exchanges.entries()) {
		if (exchange.body?.length !== keptCharacters || exchange.answer.status !== 200) continue;
		const asked = exchanges.slice(index).find(({method, path}) => method === 'GET' && path === exchange.path);
		if (asked !== undefined) told.set(exchange, {config: dataOf(asked.answer) as Readonly<Record<string, string>>});
	}
	return told;
}

/**
 * The names of uploaded files that the recorder did not write down: the first image that a list behind the upload shows
 * and that nothing before it accounts for.
 */
function fileNames(exchanges: readonly Exchange[]): ReadonlyMap<Exchange, string> {
	const names = new Map<Exchange, string>();
	const known = new Set<string>();
	const unnamed: Exchange[] = [];
	for (const exchange of exchanges) {
		if (isUpload(exchange)) {
			const named = fileNameIn(exchange);
			if (named !== undefined) known.add(keptName(named));
			else if (exchange.answer.status === 200) unnamed.push(exchange);
		}
		for (const name of listedImages(exchange)) {
			const upload = known.has(name) ? undefined : unnamed.shift();
			if (upload !== undefined) names.set(upload, name);
			known.add(name);
		}
	}
	return names;
}

/** The name that PVE keeps of a file: path stripped, odd characters replaced. */
const keptName = (name: string): string => (name.split(/[/\\]/).at(-1) ?? '').replace(/[^a-zA-Z0-9_.-]/g, '_');

function listedImages({method, path, answer}: Exchange): readonly string[] {
	if (method !== 'GET' || !path.endsWith('/content')) return [];
	return rowsOf(answer).flatMap(({volid}) => /:iso\/(.*)$/.exec(String(volid))?.[1] ?? []);
}
