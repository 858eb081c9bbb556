import {InvalidArgumentError, Option} from 'commander';
import {wholeNumber} from './command-line/tool.ts';
import {proveFaults} from './proof/fault/prove.ts';
import {aProof, runProof} from './proof/proof-tool.ts';

const description = `Lets every kind of fault strike at each request of each operation on a simulated cluster: the outcome has to be success, or
exit 1 with a true sentence in time, and GARM's own recovery has to leave a clean cluster. The last line is a JSON report;
exits with 1 where a case was not clean. All cases take the better part of an hour.`;

const tool = aProof('proof:fault', description, 'how GARM recovers', ['', '--sample 300 --seed 7', '--part 2/4'])
	.addOption(
		new Option('--part <n/of>', 'one part of the cases, for several machines').argParser(aPart).default([0, 1], '1/1'),
	)
	.addOption(
		new Option('--as-process <percent>', 'how many of the cases that are over soon are run by a real process')
			.argParser(wholeNumber(0, 100))
			.default(3),
	);

process.exitCode = await runProof(tool, proveFaults);

function aPart(text: string): readonly [index: number, of: number] {
	const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
	if (part !== undefined && of !== undefined && part >= 1 && part <= of) return [part - 1, of];
	throw new InvalidArgumentError('It must be a part and the number of parts, such as 2/4.');
}
