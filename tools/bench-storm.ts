import {InvalidArgumentError, Option} from 'commander';
import {runStorm, type StormOptions} from './bench/storm.ts';
import {aTool, report, runTool, tell, wholeNumber} from './command-line/tool.ts';

const description = `Starts many real provider processes at once against a simulated cluster: creates, then deletes; in turn with one ideal
client that clones, configures and starts as many. The last line is a JSON report. Exits with 1 where a call failed,
something was left behind, or the median of create's ratios is above --limit.`;

const tool = aTool('bench:storm', description, [
	'--runners 100 --pace genuine',
	'--runners 20 --world cluster --rounds 1',
])
	.addOption(new Option('--runners <number>', 'processes at once').argParser(wholeNumber(1, 500)).default(100))
	.addOption(new Option('--world <name>', 'the cluster').choices(['small', 'cluster']).default('small'))
	.addOption(new Option('--pace <name>', 'its time').choices(['genuine', 'instant']).default('genuine'))
	.addOption(
		new Option('--rounds <number>', 'storms, of which the median counts').argParser(wholeNumber(1, 99)).default(3),
	)
	.addOption(new Option('--limit <ratio>', 'the highest ratio of creates to the ideal').argParser(aRatio).default(1.25))
	.addOption(
		new Option('--width <number>', 'runners that the ideal client works on at a time, as many as creates take turns')
			.argParser(wholeNumber(1, 500))
			.default(8),
	);

process.exitCode = await runTool(tool, async ({limit, ...options}: StormOptions & {readonly limit: number}) => {
	const result = await runStorm(options, tell);
	report(result);
	return result.failures.length === 0 && result.createRatio <= limit ? 0 : 1;
});

function aRatio(text: string): number {
	if (Number(text) > 0) return Number(text);
	throw new InvalidArgumentError('It must be a number above 0.');
}
