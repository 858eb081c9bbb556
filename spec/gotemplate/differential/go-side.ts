import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {goData} from './data.ts';
import type {Case} from './generate.ts';

/** A Go toolchain. */
export interface Go {
	readonly executable: string;
	/** 19 for Go 1.19. */
	readonly minor: number;
}

/** What Go makes of a case: bytes as a string of them, or an error with the line that it tells. */
export interface GoResult {
	readonly output: string;
	readonly stage: string | undefined;
	readonly line: number | undefined;
	readonly error: string;
}

const program = path.resolve(import.meta.dirname, '../../../../spec/gotemplate/go/main.go');

/**
 * The toolchain that GARM_SPEC_GO names, else Debian's in /usr/lib/go-*, whose standard library is compiled already,
 * else the one on PATH; absent where there is none.
 */
export function findGo(): Go | undefined {
	const debian = (existsSync('/usr/lib') ? readdirSync('/usr/lib') : []).filter((name) => /^go-\d/.test(name));
	const named = process.env.GARM_SPEC_GO;
	const candidates = [...debian.map((name) => `/usr/lib/${name}/bin/go`), 'go'];
	return (named === undefined ? candidates : [named]).map(versionOf).find((go) => go !== undefined);
}

/** What Go makes of the cases: one process for all of them, without network. */
export function renderWithGo({executable}: Go, cases: readonly Case[]): readonly GoResult[] {
	const {status, stdout, stderr, error} = spawnSync(executable, ['run', program], {
		env: {GOCACHE: cacheFolder(), ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOPROXY: 'off'},
		input: JSON.stringify({...goData, cases}),
		maxBuffer: 2 ** 30,
	});
	if (status !== 0) throw new Error(`go run failed: ${error?.message ?? ''}${stderr}`);
	const results: readonly RawResult[] = JSON.parse(stdout.toString());
	return results.map(resultOf);
}

/** Go's own default, which it has only where there is a HOME. */
function cacheFolder(): string {
	return path.join(process.env.HOME ?? tmpdir(), '.cache', 'go-build');
}

interface RawResult {
	readonly output: string | null;
	readonly stage?: string;
	readonly error?: string;
}

function resultOf({output, stage, error = ''}: RawResult): GoResult {
	const line = /^template: [^:]*:(\d+)/.exec(error)?.[1];
	return {
		output: Buffer.from(output ?? '', 'base64').toString('latin1'),
		stage,
		line: line === undefined ? undefined : Number(line),
		error,
	};
}

function versionOf(executable: string): Go | undefined {
	const {stdout} = spawnSync(executable, ['version'], {env: {...process.env, GOTOOLCHAIN: 'local'}});
	const minor = /go1\.(\d+)/.exec(stdout?.toString() ?? '')?.[1];
	return minor === undefined ? undefined : {executable, minor: Number(minor)};
}
