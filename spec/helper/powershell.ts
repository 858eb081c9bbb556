import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {setFlagsFromString} from 'node:v8';
import {Language, type Node, Parser} from 'web-tree-sitter';

/** Where a grammar of PowerShell does not follow a script, a line each. */
export async function powerShellMistakes(script: string): Promise<readonly string[]> {
	const tree = (await theParser()).parse(script);
	return tree === null ? ['it cannot be parsed at all'] : mistakesIn(tree.rootNode);
}

let loading: Promise<Parser> | undefined;

function theParser(): Promise<Parser> {
	loading ??= loadParser();
	return loading;
}

async function loadParser(): Promise<Parser> {
	// V8 would optimise the grammar's tables for minutes, and node waits for that before it ends.
	setFlagsFromString('--liftoff-only');
	await Parser.init();
	const file = fileURLToPath(import.meta.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'));
	return new Parser().setLanguage(await Language.load(new Uint8Array(await readFile(file))));
}

function mistakesIn(node: Node): readonly string[] {
	if (!node.hasError) return [];
	const own = node.isError || node.isMissing ? [`line ${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`] : [];
	return [...own, ...node.children.flatMap((child) => mistakesIn(child))];
}

/** The values of the string literals and concatenations that a script assigns to plain variables, by their names. */
export async function powerShellValues(script: string): Promise<Readonly<Record<string, string>>> {
	const root = (await theParser()).parse(script)?.rootNode;
	const assignments = root?.descendantsOfType('assignment_expression') ?? [];
	return Object.fromEntries(
		assignments.flatMap((node) => {
			const [left, , right] = node?.children ?? [];
			const name = /^\$(\w+)$/.exec(left?.text.trim() ?? '')?.[1];
			return name === undefined || right === undefined || right === null ? [] : [[name, literalValue(right)]];
		}),
	);
}

/** What PowerShell makes of literals joined by `+`: single-quoted texts and `[char]` casts. */
function literalValue(node: Node): string {
	return node
		.descendantsOfType(['string_literal', 'cast_expression'])
		.map((literal) => {
			const text = literal?.text ?? '';
			const code = /^\[char\](\d+)$/.exec(text)?.[1];
			return code === undefined ? text.slice(1, -1).replaceAll("''", "'") : String.fromCharCode(Number(code));
		})
		.join('');
}
