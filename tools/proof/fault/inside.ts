import {runProvider} from '../../../lib/main/provider.ts';
import type {ProviderAnswer} from '../../demo/provider-process.ts';
import type {Simulator} from '../../simulator/index.ts';
import type {Ask} from '../ask.ts';
import {draw} from '../draw.ts';
import type {SharedTime} from './shared-time.ts';

/** Answers one call with the provider's own main program, in this process and on the time that the cluster lives in. */
export async function runInside(
	{env, input}: Ask,
	{onRequest}: Simulator,
	time: SharedTime,
	seed: number,
): Promise<ProviderAnswer> {
	const stdout: string[] = [];
	const stderr: string[] = [];
	// Until the first request comes it reads files, which takes no simulated time.
	const begin = time.hold();
	const stop = onRequest(begin);
	let drawn = 0;
	try {
		const exitCode = await runProvider({
			env,
			readInput: async () => input,
			writeOut: (text) => void stdout.push(String(text)),
			writeError: (text) => void stderr.push(text),
			clock: time,
			random: () => draw(seed, String(drawn++), 1000) / 1000,
			stop: new AbortController().signal,
		});
		return {exitCode, stdout: stdout.join(''), stderr: stderr.join('')};
	} finally {
		begin();
		stop();
	}
}
