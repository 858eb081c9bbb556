import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

/** How a command ended, and the last lines of what it said. */
export interface CommandEnd {
	readonly ok: boolean;
	readonly lastLines: readonly string[];
}

interface Watch {
	/** Ends the command, and everything that it started. */
	readonly signal: AbortSignal;
	readonly onLine?: (line: string) => void;
	readonly env?: Readonly<Record<string, string>>;
}

const keptLines = 12;

/** Runs a command behind everybody else's work (nice 10), and hands on its lines as they come. */
export async function runCommand(command: readonly string[], {signal, onLine, env}: Watch): Promise<CommandEnd> {
	const child = startCommand(command, env);
	const stop = () => killGroup(child, 'SIGTERM');
	signal.addEventListener('abort', stop, {once: true});
	const lines: string[] = [];
	for (const stream of [child.stdout, child.stderr]) {
		if (stream === null) continue;
		createInterface({input: stream}).on('line', (line) => {
			if (lines.push(line) > keptLines) lines.shift();
			onLine?.(line);
		});
	}
	const ok = await new Promise<boolean>((resolve) => {
		child.on('error', ({message}) => {
			lines.push(message);
			resolve(false);
		});
		child.on('close', (code) => resolve(code === 0));
	});
	signal.removeEventListener('abort', stop);
	signal.throwIfAborted();
	return {ok, lastLines: lines};
}

/** Starts a command as the head of a process group of its own. */
export function startCommand(command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
	return spawn('nice', ['-n', '10', ...command], {
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, LC_ALL: 'C.UTF-8', ...env},
	});
}

/** Ends a command and everything that it started. */
export function killGroup({pid, exitCode, signalCode}: ChildProcess, signal: NodeJS.Signals): void {
	if (pid === undefined || exitCode !== null || signalCode !== null) return;
	try {
		process.kill(-pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
