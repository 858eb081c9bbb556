import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** How a run of the built `garm-proxmox` ended. */
export interface OperatorAnswer {
	readonly exitCode: number | null;
	readonly stdout: string;
	/** Empty in a pseudo-terminal, which has one stream. */
	readonly stderr: string;
}

/** What is typed when a text is seen; each is typed once, in this order. */
export type Typing = readonly (readonly [seen: string, typed: string])[];

const executable = fileURLToPath(new URL('../../tools/garm-proxmox.js', import.meta.url));
const bareEnv = {PATH: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`};

/** Whether util-linux' `script` is here, which gives a program a terminal. */
export const hasPseudoTerminal = existsSync('/usr/bin/script');

/** Runs the built command with an environment of nothing but a PATH, and without a terminal. */
export function runOperatorProcess(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<OperatorAnswer> {
	return ended(
		spawn(process.execPath, [executable, ...args], {
			cwd: '/',
			env: {...bareEnv, ...env},
			stdio: ['ignore', 'pipe', 'pipe'],
		}),
	);
}

/** Runs the built command at a pseudo-terminal, and types. */
export function runAtTerminal(
	args: readonly string[],
	typing: Typing = [],
	env: Readonly<Record<string, string>> = {},
): Promise<OperatorAnswer> {
	const command = [process.execPath, executable, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
	// Without `exec` a shell stands between, and Ctrl-C ends it with an exit code of its own.
	const child = spawn('/usr/bin/script', ['-qec', `exec ${command}`, '/dev/null'], {
		cwd: '/',
		env: {...bareEnv, TERM: 'xterm', SHELL: '/bin/sh', ...env},
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const waiting = [...typing];
	let unread = '';
	child.stdout?.on('data', (chunk: Buffer) => {
		unread += chunk.toString('utf8');
		const [next] = waiting;
		if (next === undefined || !unread.includes(next[0])) return;
		waiting.shift();
		unread = '';
		child.stdin?.write(next[1]);
	});
	child.stdin?.on('error', () => undefined);
	return ended(child);
}

function ended(child: ChildProcess): Promise<OperatorAnswer> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
	child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (exitCode) =>
			resolve({exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString()}),
		);
	});
}
