import {InvalidArgumentError, Option} from 'commander';
import {aTool, report, runTool, tell, wholeNumber} from './command-line/tool.ts';
import {type FaultProof, proveFaults} from './proof/fault/prove.ts';

const description = `Lets every kind of fault strike at each request of each operation on a simulated cluster: the outcome has to be success, or
exit 1 with a true sentence in time, and GARM's own recovery has to leave a clean cluster. The last line is a JSON report;
exits with 1 where a case was not clean. All cases take an hour on one processor.`;

const tool = aTool('proof:fault', description, ['', '--sample 300 --seed 7', '--part 2/4'])
	.addOption(new Option('--sample <number>', 'so many of the cases, chosen by the seed').argParser(wholeNumber(1, 1e6)))
	.addOption(
		new Option('--seed <number>', 'decides the sample, and how GARM recovers')
			.argParser(wholeNumber(0, 1e9))
			.default(1),
	)
	.option('--only <case>', 'one case, or those that begin so: at least operation and shape')
	.addOption(
		new Option('--part <n/of>', 'one part of the cases, for several machines').argParser(aPart).default([0, 1], '1/1'),
	)
	.addOption(
		new Option('--as-process <percent>', 'how many of the cases that are over soon are run by a real process')
			.argParser(wholeNumber(0, 100))
			.default(3),
	)
	.option('--list', 'names the cases on standard error and runs none');

process.exitCode = await runTool(tool, async (options: FaultProof) => {
	const summary = await proveFaults(options, tell);
	report(summary);
	if (summary.cases === 0) tell('No case is called so; --list names them.');
	return summary.cases > 0 && (options.list || summary.clean === summary.cases) ? 0 : 1;
});

function aPart(text: string): readonly [index: number, of: number] {
	const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
	if (part !== undefined && of !== undefined && part >= 1 && part <= of) return [part - 1, of];
	throw new InvalidArgumentError('It must be a part and the number of parts, such as 2/4.');
}
