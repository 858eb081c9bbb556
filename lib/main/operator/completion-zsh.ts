import {type CommandWords, everyCommand, type OptionWords, type Value} from './command-tree.ts';

/** The script for zsh's own completion system. */
export function zshCompletion(program: string, tree: CommandWords): string {
	const root = `_${program.replaceAll('-', '_')}`;
	return `#compdef ${program}
# Completion of ${program} for zsh; made by: ${program} completion zsh
${everyCommand(tree)
	.map((command) => commandFunction(command, root))
	.join('')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then ${root} "$@"; else compdef ${root} ${program}; fi
`;
}

function commandFunction({path, options, values, commands}: CommandWords, root: string): string {
	const name = functionName(root, path);
	const own = options.flatMap(optionSpecs);
	if (commands.length === 0) {
		const positional = values.map((value, n) => `'${n + 1}:value:${actionOf(value)}'`);
		return `${name}() {\n\t_arguments ${[...own, ...positional].join(' \\\n\t\t')}\n}\n`;
	}
	const named = commands.map((each) => `'${each.path.at(-1)}:${escaped(each.description)}'`);
	const cases = commands.map((each) => `\t\t\t\t${each.path.at(-1)}) ${functionName(root, each.path)} ;;`);
	return `${name}() {
	local context state line
	local -a commands=(${named.join(' ')})
	_arguments -C ${[...own, `'1:command:->command'`, `'*::word:->word'`].join(' \\\n\t\t')}
	case $state in
		command) _describe command commands ;;
		word)
			case $words[1] in
${cases.join('\n')}
			esac ;;
	esac
}
`;
}

function functionName(root: string, path: readonly string[]): string {
	return [root, ...path.map((word) => word.replaceAll('-', '_'))].join('__');
}

function optionSpecs({words, description, value}: OptionWords): readonly string[] {
	return words.map((word) => {
		const head = `${word}[${escaped(description)}]`;
		return `'${value === undefined ? head : `${head}:value:${actionOf(value)}`}'`;
	});
}

function actionOf(value: Value): string {
	switch (value.kind) {
		case 'file':
			return '_files';
		case 'folder':
			return '_files -/';
		case 'text':
			return ' ';
		case 'choice':
			return `(${value.words.join(' ')})`;
	}
}

function escaped(text: string): string {
	return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", `'\\''`);
}
