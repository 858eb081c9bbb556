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

export async function main(): Promise<void> {
	process.exitCode = await runProvider(processIo(process, systemClock, stopOf(process)));
}
