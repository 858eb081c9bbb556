import {type CommandWords, everyCommand, type Value} from './command-tree.ts';

/** The script for bash 4 or newer. */
export function bashCompletion(program: string, tree: CommandWords): string {
	const commands = everyCommand(tree);
	const name = `_${program.replaceAll('-', '_')}`;
	const below = commands
		.filter(({path}) => path.length > 0)
		.map(({path}) => quoted(keyOf(path.slice(0, -1), path.at(-1) ?? '')));
	return `# Completion of ${program} for bash; made by: ${program} completion bash
${name}_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}
${name}() {
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} path='' n
	COMPREPLY=()
	# Bash takes --config=FILE for three words.
	if [[ $word == = ]]; then word=''; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
	for ((n = 1; n < COMP_CWORD; n++)); do
		case "$path \${COMP_WORDS[n]}" in
			${below.join(' | ')}) path="\${path:+$path }\${COMP_WORDS[n]}" ;;
		esac
	done
	case "$path $before" in
${commands.flatMap((command) => optionCases(command, name)).join('\n')}
	esac
	if [[ $word == -* ]]; then
		case "$path" in
${commands.map(({path, options}) => `\t\t\t${quoted(path.join(' '))}) mapfile -t COMPREPLY < <(compgen -W ${quoted(options.flatMap(({words}) => words).join(' '))} -- "$word") ;;`).join('\n')}
		esac
		return
	fi
	case "$path" in
${commands.map((command) => `\t\t${quoted(command.path.join(' '))}) ${wordsOf(command, name)} ;;`).join('\n')}
	esac
}
complete -F ${name} ${program}
`;
}

function optionCases({path, options}: CommandWords, name: string): readonly string[] {
	return options.flatMap(({words, value}) => {
		if (value === undefined) return [];
		const keys = words.map((word) => quoted(keyOf(path, word)));
		return [`\t\t${keys.join(' | ')}) ${completing(value, name)}; return ;;`];
	});
}

function wordsOf({commands, values}: CommandWords, name: string): string {
	if (commands.length > 0)
		return completing({kind: 'choice', words: commands.map(({path}) => path.at(-1) ?? '')}, name);
	return completing(values[0] ?? {kind: 'text'}, name);
}

function completing(value: Value, name: string): string {
	switch (value.kind) {
		case 'file':
			return `${name}_files -f`;
		case 'folder':
			return `${name}_files -d`;
		case 'text':
			return ':';
		case 'choice':
			return `mapfile -t COMPREPLY < <(compgen -W ${quoted(value.words.join(' '))} -- "$word")`;
	}
}

function keyOf(path: readonly string[], word: string): string {
	return `${path.join(' ')} ${word}`;
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
