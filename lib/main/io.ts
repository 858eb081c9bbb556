import {Fault} from '../fault.ts';
import type {Turn} from '../host/turn.ts';
import type {Clock} from '../time/clock.ts';
import {openTerminal, type Terminal} from './terminal.ts';

/** What a main program has of the process it runs in. */
export interface Io {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** All of standard input, empty where it is a terminal; undefined where nothing comes, not even its end, in time. */
	readInput(patienceMs?: number): Promise<string | undefined>;
	writeOut(text: string | Uint8Array): void;
	/** Whether standard output is a terminal; absent where nobody asked. */
	readonly outIsTerminal?: boolean;
	writeError(text: string): void;
	readonly clock: Clock;
	/** From 0 to 1. */
	readonly random: () => number;
	/** Whether standard output shows colours. */
	readonly colours?: boolean;
	/** Whether standard output is a terminal, which can be drawn anew. */
	readonly screen?: boolean;
	/** Absent where nobody can be asked. */
	readonly terminal?: Terminal;
	/** Calls `stop` at the first Ctrl-C or SIGTERM, the second one ends the process; gives the way back to normal. */
	onInterrupt?(stop: () => void): () => void;
	/** Aborts when the process is told to stop; absent where that ends it at once. */
	readonly stop?: AbortSignal;
	/** Waits for this process's turn among those of the host that name the same; absent where nobody takes turns. */
	takeTurn?(name: string): Promise<Turn>;
}

/** The process's own streams, time and chance. */
export function processIo(process: NodeJS.Process, clock: Clock, stop?: AbortSignal): Io {
	// Whoever read our output may be gone (`| head`, a GARM that was stopped): that is no failure of ours.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
	return {
		env: process.env,
		readInput: (patienceMs) => readAll(process.stdin, clock, patienceMs, stop),
		writeOut: (text) => void process.stdout.write(text),
		outIsTerminal: process.stdout.isTTY === true,
		writeError: (text) => void process.stderr.write(text),
		clock,
		random: Math.random,
		colours: showsColours(process),
		screen: process.stdout.isTTY === true,
		...(process.stdin.isTTY && process.stderr.isTTY ? {terminal: openTerminal(process.stdin, process.stderr)} : {}),
		onInterrupt: (interrupt) => untilInterrupted(process, interrupt),
		...(stop === undefined ? {} : {stop}),
	};
}

// https://no-color.org: any value that is not empty.
function showsColours({stdout, env}: NodeJS.Process): boolean {
	return stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function untilInterrupted(process: NodeJS.Process, stop: () => void): () => void {
	const rest = () => {
		for (const signal of signals) process.off(signal, interrupt);
	};
	const interrupt = () => {
		rest();
		stop();
	};
	for (const signal of signals) process.on(signal, interrupt);
	return rest;
}

async function readAll(
	stream: NodeJS.ReadStream,
	clock: Clock,
	patienceMs?: number,
	stop?: AbortSignal,
): Promise<string | undefined> {
	if (stream.isTTY) return '';
	const awake = new AbortController();
	const chunks: Buffer[] = [];
	const ended = new Promise<string>((resolve, reject) => {
		stream.on('data', (chunk: Buffer) => {
			chunks.push(chunk);
			awake.abort();
		});
		stream.on('end', () => {
			resolve(Buffer.concat(chunks).toString('utf8'));
			awake.abort();
		});
		stream.on('error', reject);
		stop?.addEventListener('abort', () => {
			reject(new Fault('stopped', 'Told to stop, and did, before the request was read: nothing is begun.'));
			stream.destroy();
		});
	});
	if (patienceMs === undefined) return ended;
	await Promise.race([ended, clock.sleep(patienceMs, awake.signal)]);
	if (awake.signal.aborted) return ended;
	stream.destroy();
	return undefined;
}
