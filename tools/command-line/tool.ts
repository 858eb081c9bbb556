import {Command, CommanderError, InvalidArgumentError} from 'commander';

/** A program that proves or measures something; line breaks of `description` mean nothing, `examples` are the words behind `npm run NAME --`. */
export function aTool(name: string, description: string, examples: readonly string[]): Command {
	const lines = examples.map((words) => `  npm run ${name} --${words === '' ? '' : ` ${words}`}`.replace(/ --$/, ''));
	return new Command(`npm run ${name} --`)
		.description(description.replaceAll('\n', ' '))
		.helpOption('--help', 'shows this help')
		.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n`)
		.allowExcessArguments(false)
		.showHelpAfterError()
		.exitOverride();
}

/** Runs the work of a tool with its options; gives its exit code, and 2 where the words are wrong. */
export async function runTool<Options extends object>(
	tool: Command,
	work: (options: Options) => Promise<number>,
): Promise<number> {
	try {
		tool.parse();
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		throw error;
	}
	return work(tool.opts<Options>());
}

/** Reads a whole number within limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
	return (text) => {
		const number = Number(text);
		if (/^\d+$/.test(text) && number >= least && number <= most) return number;
		throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
	};
}

/** Writes a line for people. */
export function tell(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Writes the report: the last line, JSON. */
export function report(document: object): void {
	process.stdout.write(`${JSON.stringify(document)}\n`);
}
