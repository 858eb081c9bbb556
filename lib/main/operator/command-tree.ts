import type {Argument, Command, Option} from 'commander';

/** What may stand for a value. */
export type Value =
	| {readonly kind: 'file' | 'folder' | 'text'}
	| {readonly kind: 'choice'; readonly words: readonly string[]};

/** An option as a shell sees it. */
export interface OptionWords {
	/** `--json`, `-h` */
	readonly words: readonly string[];
	readonly description: string;
	/** Absent where it takes none. */
	readonly value?: Value;
}

/** A command as a shell sees it. */
export interface CommandWords {
	/** The words that lead to it, without the program's own. */
	readonly path: readonly string[];
	readonly description: string;
	readonly options: readonly OptionWords[];
	readonly values: readonly Value[];
	readonly commands: readonly CommandWords[];
}

/** The words of a command and of all below it, the help that commander adds among them. */
export function commandWords(command: Command, path: readonly string[] = []): CommandWords {
	const help = command.createHelp();
	return {
		path,
		description: command.summary() || command.description(),
		options: help.visibleOptions(command).map(optionWords),
		values: command.registeredArguments.map((argument) => valueFor(argument.name(), argument)),
		commands: help
			.visibleCommands(command)
			.filter((each) => each.name() !== 'help')
			.map((each) => commandWords(each, [...path, each.name()])),
	};
}

function optionWords(option: Option): OptionWords {
	const words = [option.short, option.long].filter((word) => typeof word === 'string');
	const placeholder = /[<[]([^>\].]+)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1];
	return {
		words,
		description: option.description,
		...(placeholder === undefined ? {} : {value: valueFor(placeholder, option)}),
	};
}

function valueFor(placeholder: string, {argChoices}: Pick<Option | Argument, 'argChoices'>): Value {
	if (argChoices !== undefined) return {kind: 'choice', words: argChoices};
	return {kind: placeholder === 'file' || placeholder === 'folder' ? placeholder : 'text'};
}

/** A command and all below it. */
export function everyCommand(command: CommandWords): readonly CommandWords[] {
	return [command, ...command.commands.flatMap(everyCommand)];
}
