import {spawn} from 'node:child_process';
import {existsSync, realpathSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** What GARM gets back from a provider process. */
export interface ProviderAnswer {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

const executable = fileURLToPath(new URL('../garm-provider-proxmox.cjs', import.meta.url));

/**
 * The PATH that a provider process needs beside GARM's variables: none where sh finds this node by itself, else what
 * `environment_variables = ["PATH"]` in GARM's config would hand on.
 */
export function neededPath(): Readonly<Record<string, string>> {
	const found = ['/usr/local/bin/node', '/usr/bin/node', '/bin/node'].find((place) => existsSync(place));
	if (found !== undefined && realpathSync(found) === realpathSync(process.execPath)) return {};
	return {PATH: `${process.execPath.slice(0, process.execPath.lastIndexOf('/'))}:/usr/bin:/bin`};
}

/**
 * Runs the built provider once, as GARM does: no arguments, only the variables given (and the PATH where it is needed),
 * all input at once, and a working directory that means nothing.
 */
export function runProviderProcess(env: Readonly<Record<string, string>>, input = ''): Promise<ProviderAnswer> {
	return startProviderProcess(env, input).answer;
}

/** A provider process that has just been started, and what it will answer. */
export interface RunningProvider {
	readonly pid: number | undefined;
	kill(signal: 'SIGKILL' | 'SIGTERM'): void;
	readonly answer: Promise<ProviderAnswer>;
}

/** The same, for those who look at the process while it runs. */
export function startProviderProcess(env: Readonly<Record<string, string>>, input = ''): RunningProvider {
	const child = spawn(executable, [], {cwd: '/', env: {...env, ...neededPath()}, stdio: ['pipe', 'pipe', 'pipe']});
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
	child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
	// A provider that does not read its input closes it: no fault of ours.
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	const answer = new Promise<ProviderAnswer>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (exitCode) =>
			resolve({exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString()}),
		);
	});
	return {pid: child.pid, kill: (signal) => void child.kill(signal), answer};
}
