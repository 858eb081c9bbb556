import {GoTemplateError} from './error.ts';
import type {Piece} from './scan.ts';

/** A part of a parsed template. */
export type Node =
	| {readonly do: 'text'; readonly text: string}
	| {readonly do: 'field'; readonly path: readonly string[]; readonly line: number}
	| {readonly do: 'if'; readonly branches: readonly Branch[]};

/** The nodes that count where the field is true; without a field, where no branch before was. */
export interface Branch {
	readonly condition?: {readonly path: readonly string[]; readonly line: number};
	readonly nodes: readonly Node[];
}

const fieldPath = /^(?:\.[\p{L}_][\p{L}\p{N}_]*)+$/u;

/** The nodes of a template; throws at stage `parse` where it is broken, or has what this renderer does not know. */
export function parsePieces(pieces: readonly Piece[]): readonly Node[] {
	const queue = [...pieces];
	const {nodes, end} = parseNodes(queue);
	if (end !== undefined) throw new GoTemplateError('parse', end.line, `unexpected {{${firstWord(end.text)}}}`);
	return nodes;
}

function parseNodes(queue: Piece[]): {readonly nodes: readonly Node[]; readonly end: Piece | undefined} {
	const nodes: Node[] = [];
	for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
		const {action, text, line} = piece;
		if (!action) nodes.push({do: 'text', text});
		else if (/^(?:end|else)(?:\s|$)/.test(text)) return {nodes, end: piece};
		else if (/^if\s/.test(text)) nodes.push(parseIf(piece, queue));
		else nodes.push({do: 'field', path: parseField(text, line), line});
	}
	return {nodes, end: undefined};
}

function parseIf(first: Piece, queue: Piece[]): Node {
	const branches: Branch[] = [];
	let head: Piece = first;
	for (;;) {
		const words = head.text.replace(/^(?:else\s+)?if\s+|^else$/, '').trim();
		const {nodes, end} = parseNodes(queue);
		branches.push(words === '' ? {nodes} : {condition: {path: parseField(words, head.line), line: head.line}, nodes});
		if (end === undefined) throw new GoTemplateError('parse', first.line, 'unexpected EOF: {{if}} has no {{end}}');
		if (end.text === 'end') return {do: 'if', branches};
		if (words === '' || !/^else(?:\s+if\s.*)?$/s.test(end.text)) {
			throw new GoTemplateError('parse', end.line, `unexpected {{${firstWord(end.text)}}} in {{if}}`);
		}
		head = end;
	}
}

function parseField(text: string, line: number): readonly string[] {
	if (fieldPath.test(text)) return text.slice(1).split('.');
	if (text === '') throw new GoTemplateError('parse', line, 'missing value for command');
	throw new GoTemplateError(
		'parse',
		line,
		`{{${firstWord(text)} …}} is not supported: this renderer knows fields such as .RunnerName and .ExtraContext.key, if, else if, else, end, comments and trim markers`,
	);
}

function firstWord(text: string): string {
	return /^[\w.$]{1,40}/.exec(text)?.[0] ?? text.slice(0, 1);
}
