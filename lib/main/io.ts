import type {Clock} from '../time/clock.ts';

/** What a main program has of the process it runs in. */
export interface Io {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** All of standard input, empty where it is a terminal; undefined where nothing comes, not even its end, in time. */
	readInput(patienceMs?: number): Promise<string | undefined>;
	writeOut(text: string): void;
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
		readInput: (patienceMs) => readAll(process.stdin, clock, patienceMs),
		writeOut: (text) => void process.stdout.write(text),
		writeError: (text) => void process.stderr.write(text),
		clock,
		random: Math.random,
	};
}

async function readAll(stream: NodeJS.ReadStream, clock: Clock, patienceMs?: number): Promise<string | undefined> {
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
	});
	if (patienceMs === undefined) return ended;
	await Promise.race([ended, clock.sleep(patienceMs, awake.signal)]);
	if (awake.signal.aborted) return ended;
	stream.destroy();
	return undefined;
}
