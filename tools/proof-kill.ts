import {Option} from 'commander';
import {aTool, report, runTool, tell, wholeNumber} from './command-line/tool.ts';
import {type KillProof, proveKills} from './proof/kill/prove.ts';

const description = `Kills the provider with SIGKILL before and after each of its requests, one case per process, does what GARM does then, and
looks at what is left on a simulated cluster. The last line is a JSON report; exits with 1 where a case was not clean.
All cases take an hour on two processors.`;

const tool = aTool('proof:kill', description, [
	'',
	'--sample 60 --seed 7',
	'--only create/linux-linked-1/clone#1/after/held2/delete',
])
	.addOption(new Option('--sample <number>', 'so many of the cases, chosen by the seed').argParser(wholeNumber(1, 1e6)))
	.addOption(
		new Option('--seed <number>', 'decides the sample, and when a recovery is killed')
			.argParser(wholeNumber(0, 1e9))
			.default(1),
	)
	.option('--only <case>', 'one case, or those that begin so: at least operation and shape')
	.addOption(new Option('--jobs <number>', 'cases at a time').argParser(wholeNumber(1, 64)).default(4))
	.option('--list', 'names the cases on standard error and runs none');

process.exitCode = await runTool(tool, async (options: KillProof) => {
	const summary = await proveKills(options, tell);
	report(summary);
	if (summary.cases === 0) tell('No case is called so; --list names them.');
	return summary.cases > 0 && (options.list || summary.clean === summary.cases) ? 0 : 1;
});
