import {GoTemplateError} from './error.ts';

/** A piece of a template: text as it stands, or what is between `{{` and `}}`, trimmed. */
export interface Piece {
	readonly action: boolean;
	readonly text: string;
	/** From 1: where it begins. */
	readonly line: number;
}

/** The pieces of a template; `{{- ` and ` -}}` have taken the white space beside them away. Comments are left out. */
export function scanTemplate(template: string): readonly Piece[] {
	const pieces: Piece[] = [];
	let at = 0;
	let trimNext = false;
	const lineAt = (index: number) => template.slice(0, index).split('\n').length;
	while (at < template.length) {
		const open = template.indexOf('{{', at);
		const trimsBefore = open !== -1 && /^\{\{-\s/.test(template.slice(open, open + 4));
		let text = template.slice(at, open === -1 ? template.length : open);
		if (trimNext) text = text.trimStart();
		if (trimsBefore) text = text.trimEnd();
		if (text !== '') pieces.push({action: false, text, line: lineAt(at)});
		if (open === -1) break;

		const line = lineAt(open);
		const close = endOfAction(template, open + 2, line);
		const inner = template.slice(open + (trimsBefore ? 3 : 2), close);
		trimNext = /\s-$/.test(inner);
		const action = (trimNext ? inner.slice(0, -1) : inner).trim();
		if (!/^\/\*[\s\S]*\*\/$/.test(action)) pieces.push({action: true, text: action, line});
		at = close + 2;
	}
	return pieces;
}

/** Where the action's `}}` stands; one inside of a quoted text or a comment does not count. */
function endOfAction(template: string, from: number, line: number): number {
	const token = /"(?:\\.|[^"\\\n])*"|`[^`]*`|\/\*[\s\S]*?\*\/|\}\}/g;
	token.lastIndex = from;
	for (let match = token.exec(template); match !== null; match = token.exec(template)) {
		if (match[0] === '}}') return match.index;
	}
	throw new GoTemplateError('parse', line, 'unclosed action');
}
