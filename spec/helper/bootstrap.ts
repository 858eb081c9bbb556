import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** Where CreateInstance's inputs lie: the project's own, and those recorded beside the project where they are there. */
export const bootstrapFolders = {
	own: path.join(root, 'tools/demo/bootstrap'),
	recorded: path.join(root, '../shared/garm/bootstrap'),
} as const;

/** The names of the JSON files in a folder; none where there is no such folder. */
export function jsonFilesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder).filter((name) => name.endsWith('.json'));
	} catch {
		return [];
	}
}

export type Json = Readonly<Record<string, unknown>>;

/** One of the project's own inputs, with `changes` in it; `undefined` takes a key away. */
export function bootstrap(changes: Json = {}, name = 'linux-jit.json'): Json {
	const text = readFileSync(path.join(bootstrapFolders.own, name), 'utf8');
	return JSON.parse(JSON.stringify({...(JSON.parse(text) as Json), ...changes})) as Json;
}
