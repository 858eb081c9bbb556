import type {Theatre} from '../theatre.ts';
import type {Scene} from './scene.ts';

/** What the simulator takes for a copy anyway: the recorder told how long all of it took. */
const ownMs = 400;

/** Makes each copy of a disk last so long; 0 ends that. */
export function slowCopies({simulator}: Theatre, seconds: number): void {
	for (const storage of Object.values(simulator.world.storages)) {
		if (seconds > 0) storage.slow = {copyMs: seconds * 1000 - ownMs};
		else delete storage.slow;
	}
}

/** The recorder said once how slow, for all of them. */
const slowCreateMs = 1200;

/** Makes each new disk on the storage that the note names take a while. */
export function slowCreates({theatre: {simulator}, words: [, name = '']}: Scene): void {
	const storage = simulator.world.storages[name];
	if (storage !== undefined) storage.slow = {createMs: slowCreateMs};
}

const killMs = 1500;

/** Kills the worker that was just started, in the midst of its work. */
export function killSoon({theatre: {simulator, clock}, data}: Scene): void {
	clock.after(killMs, () => simulator.killWorker(data));
}
