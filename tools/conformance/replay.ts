import {firstWorld} from './first-world.ts';
import {Player} from './player.ts';
import {readRecording} from './read-recording.ts';
import {Theatre} from './theatre.ts';
import {exchangesOf} from './transcript.ts';
import type {Verdict} from './verdict.ts';

/** A recording, and how the simulator did in it. */
export interface Replayed {
	readonly folder: string;
	readonly pveVersion: string;
	readonly verdicts: readonly Verdict[];
}

const headStartMs = 60_000;

/** Replays a folder's recording against a simulator of its version; an UnreadableRecording where that is impossible. */
export async function replay(folder: string): Promise<Replayed> {
	const scenarios = readRecording(folder);
	const exchanges = exchangesOf(scenarios);
	const world = firstWorld(folder, scenarios);
	const {pveVersion} = world;
	const firstMs = exchanges.find(({at}) => at !== undefined)?.at ?? 0;
	const theatre = await Theatre.open(world, firstMs - headStartMs);
	const player = new Player(theatre, exchanges);
	try {
		await player.open();
		for (const scenario of scenarios) await player.play(scenario);
	} finally {
		player.close();
		await theatre.close();
	}
	return {folder, pveVersion, verdicts: player.verdicts};
}
