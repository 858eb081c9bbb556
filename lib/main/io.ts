import type {Clock} from '../time/clock.ts';

/** What a main program has of the process it runs in. */
export interface Io {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** All of standard input; the empty text where it is a terminal. */
	readInput(): Promise<string>;
	writeOut(text: string | Uint8Array): void;
	/** Whether standard output is a terminal; absent where nobody asked. */
	readonly outIsTerminal?: boolean;
	writeError(text: string): void;
	readonly clock: Clock;
	/** From 0 to 1. */
	readonly random: () => number;
}

/** The process's own streams, time and chance. */
export function processIo(process: NodeJS.Process, clock: Clock): Io {
	// Whoever read our output may be gone (`| head`, a GARM that was stopped): that is no failure of ours.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
	return {
		env: process.env,
		readInput: () => readAll(process.stdin),
		writeOut: (text) => void process.stdout.write(text),
		outIsTerminal: process.stdout.isTTY === true,
		writeError: (text) => void process.stderr.write(text),
		clock,
		random: Math.random,
	};
}

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
	if (stream.isTTY) return '';
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
	return Buffer.concat(chunks).toString('utf8');
}
