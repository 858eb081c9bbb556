import {type Command, Option} from 'commander';
import {aTool, report, runTool, tell, wholeNumber} from '../command-line/tool.ts';

/** What every proof of many cases takes. */
export interface Choice {
	readonly seed: number;
	/** How many of all cases; all of them where nothing is said. */
	readonly sample?: number;
	/** The name of one case, or what those of several begin with: at least operation and shape. */
	readonly only?: string;
	/** Names the cases and runs none. */
	readonly list?: true;
}

/** A proof of many cases; `seedDecides` beside the sample. */
export function aProof(name: string, description: string, seedDecides: string, examples: readonly string[]): Command {
	return aTool(name, description, examples)
		.addOption(
			new Option('--sample <number>', 'so many of the cases, chosen by the seed').argParser(wholeNumber(1, 1e6)),
		)
		.addOption(
			new Option('--seed <number>', `decides the sample, and ${seedDecides}`).argParser(wholeNumber(0, 1e9)).default(1),
		)
		.option('--only <case>', 'one case, or those that begin so: at least operation and shape')
		.option('--list', 'names the cases on standard error and runs none');
}

/** Runs a proof and reports it; gives 0 where every case was clean, and there was one. */
export function runProof<Options extends Choice>(
	tool: Command,
	prove: (options: Options, tell: (line: string) => void) => Promise<{readonly cases: number; readonly clean: number}>,
): Promise<number> {
	return runTool(tool, async (options: Options) => {
		const summary = await prove(options, tell);
		report(summary);
		if (summary.cases === 0) tell('No case is called so; --list names them.');
		return summary.cases > 0 && (options.list || summary.clean === summary.cases) ? 0 : 1;
	});
}
