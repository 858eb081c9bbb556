import {type CommandWords, everyCommand, type OptionWords, type Value} from './command-tree.ts';

/** The script for fish. */
export function fishCompletion(program: string, tree: CommandWords): string {
	const lines = everyCommand(tree).flatMap((command) => linesFor(command, program));
	return [
		`# Completion of ${program} for fish; made by: ${program} completion fish`,
		`complete -c ${program} -f`,
		...lines,
		'',
	].join('\n');
}

function linesFor({path, options, values, commands}: CommandWords, program: string): readonly string[] {
	const start = `complete -c ${program} -n ${quoted(condition(path, commands))}`;
	return [
		...commands.map((each) => `${start} -a ${each.path.at(-1)} -d ${quoted(each.description)}`),
		...options.map((option) => `${start} ${switches(option)} -d ${quoted(option.description)}`),
		...values.slice(0, 1).flatMap((value) => {
			const words = argumentsFor(value);
			return words === '' ? [] : [`${start} ${words}`];
		}),
	];
}

/** Whether the words so far lead to this command, and not further. */
function condition(path: readonly string[], commands: readonly CommandWords[]): string {
	if (path.length === 0) return '__fish_use_subcommand';
	const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
	const further = commands.map((each) => each.path.at(-1)).join(' ');
	return [...seen, ...(further === '' ? [] : [`not __fish_seen_subcommand_from ${further}`])].join('; and ');
}

function switches({words, value}: OptionWords): string {
	const names = words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
	return [...names, ...(value === undefined ? [] : ['-r', argumentsFor(value)])]
		.filter((part) => part !== '')
		.join(' ');
}

function argumentsFor(value: Value): string {
	switch (value.kind) {
		case 'file':
			return '-F';
		case 'folder':
			return `-a '(__fish_complete_directories)'`;
		case 'text':
			return '';
		case 'choice':
			return `-a ${quoted(value.words.join(' '))}`;
	}
}

function quoted(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
