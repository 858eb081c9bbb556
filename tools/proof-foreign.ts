import {Option} from 'commander';
import {aTool, report, runTool, tell, wholeNumber} from './command-line/tool.ts';
import {walk} from './proof/foreign/walk.ts';

const description = `Two controllers ask random things of the provider on a cluster full of look-alikes, while people rename, copy, protect,
forge and replace VMs. After every step everything that is not provably the asker's has to be byte for byte as before.
The last line is a JSON report; exits with 1 where a step was not clean.`;

const tool = aTool('proof:foreign', description, ['', '--steps 500 --seed 42'])
	.addOption(new Option('--steps <number>', 'steps of the walk').argParser(wholeNumber(1, 1e7)).default(10_000))
	.addOption(new Option('--seed <number>', 'decides the walk').argParser(wholeNumber(0, 1e9)).default(1));

process.exitCode = await runTool(tool, async (options: {readonly steps: number; readonly seed: number}) => {
	const {violations, ...counts} = await walk(options, tell);
	for (const violation of violations.slice(0, 20)) tell(violation);
	report({...counts, violations: violations.length});
	return counts.clean === counts.steps ? 0 : 1;
});
