import {existsSync} from 'node:fs';
import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {runConformance} from '../../tools/conformance/cli.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The recording that is part of the project. */
export const small = path.join(root, 'spec/fixture/recording/pve-9.2');

/** A recording that lies beside the repository, where somebody has put it there. */
export function besideTheRepository(name: string): string | undefined {
	const folder = path.resolve(root, '../shared/pve/transcripts', name);
	return existsSync(folder) ? folder : undefined;
}

/** What a run of `npm run conformance` said and gave. */
export interface Run {
	readonly code: number;
	readonly out: string;
	readonly err: string;
	/** The last line, parsed. */
	readonly closing: unknown;
}

/** Runs `npm run conformance` in this process. */
export async function run(...args: readonly string[]): Promise<Run> {
	let [out, err] = ['', ''];
	const code = await runConformance(args, {
		out: (text) => {
			out += text;
		},
		err: (text) => {
			err += text;
		},
	});
	const last = out.trimEnd().split('\n').at(-1) ?? '';
	return {code, out, err, closing: last.startsWith('{') ? JSON.parse(last) : undefined};
}

/** A folder that is removed with the spec. */
export async function folder(t: ExecutionContext): Promise<string> {
	const made = await mkdtemp(path.join(tmpdir(), 'recording-'));
	t.teardown(() => rm(made, {recursive: true}));
	return made;
}

/** An exchange as a transcript holds it; what a spec changes of it. */
export interface Written {
	readonly request: {readonly method: string; readonly path: string};
	readonly response: {status: number; statusText: string; body: unknown};
}

/** A copy of a file of the small recording, alone in its folder, with its exchanges changed. */
export async function altered(
	t: ExecutionContext,
	file: string,
	alter: (exchange: Written, index: number) => void,
): Promise<string> {
	const made = await folder(t);
	const copy = path.join(made, file);
	await cp(path.join(small, file), copy);
	const exchanges = JSON.parse(await readFile(copy, 'utf8')) as readonly Written[];
	for (const [index, exchange] of exchanges.entries()) alter(exchange, index);
	await writeFile(copy, JSON.stringify(exchanges));
	return made;
}
