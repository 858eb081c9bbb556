import {takeTurn as takeTurnOnHost} from '../lib/host/turn.ts';
import {processIo} from '../lib/main/io.ts';
import {runProvider} from '../lib/main/provider.ts';
import {stopOf} from '../lib/main/stop.ts';
import {systemClock} from '../lib/time/clock.ts';

/** What the bundle of the provider gives. */
export interface Provider {
	readonly runProvider: typeof runProvider;
	/** Serves the one call that GARM has started this process for; never throws. */
	main(): Promise<void>;
}

export {runProvider};

// Decision 0010.
const turns = {width: 8, patienceMs: 60_000};

export async function main(): Promise<void> {
	const io = processIo(process, systemClock, stopOf(process));
	const takeTurn = (name: string) => takeTurnOnHost({...io, ...turns, name});
	process.exitCode = await runProvider({...io, takeTurn});
}
