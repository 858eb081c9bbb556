import {type Bytes, toName} from './bytes.ts';

/** What the scanner tells apart (text/template parse/lex.go itemType); keywords by their names. */
export type TokenKind = (typeof plainKinds)[number] | Keyword;

const plainKinds = [
	'error',
	'bool',
	'other',
	'character',
	'complex',
	'=',
	':=',
	'eof',
	'field',
	'identifier',
	'{{',
	'(',
	'number',
	'|',
	'raw-string',
	'}}',
	')',
	'space',
	'string',
	'text',
	'variable',
	'dot',
] as const;

const keywords = [
	'block',
	'break',
	'continue',
	'define',
	'else',
	'end',
	'if',
	'nil',
	'range',
	'template',
	'with',
] as const;
type Keyword = (typeof keywords)[number];

/** A piece of a template. */
export interface Token {
	readonly kind: TokenKind;
	/** The byte it begins at. */
	readonly at: number;
	/** As it stands in the template; of an error, what is wrong. */
	readonly text: Bytes;
}

/** The keyword that a word is, if it is one. */
export function keywordOf(word: Bytes): Keyword | undefined {
	return keywords.find((keyword) => keyword === word);
}

/** The token for a message: never the content of a text or of a quoted string. */
export function describeToken({kind, text}: Token): string {
	switch (kind) {
		case 'eof':
			return 'EOF';
		case 'text':
			return 'text';
		case 'string':
		case 'raw-string':
			return 'quoted string';
		case 'character':
			return 'character constant';
		case 'space':
			return 'space';
		default:
			return keywordOf(text) === undefined ? JSON.stringify(toName(text)) : `<${text}>`;
	}
}

/** The line that byte `at` is on, from 1. */
export function lineAt(input: Bytes, at: number): number {
	let line = 1;
	for (let next = input.indexOf('\n'); next !== -1 && next < at; next = input.indexOf('\n', next + 1)) line++;
	return line;
}
