import {isBuiltin} from './builtins/names.ts';
import {type Bytes, toName} from './bytes.ts';
import type {Nesting} from './nesting.ts';
import type {Command, Operand, Path, Pipe} from './node.ts';
import {parseComplex, parseNumber} from './parse-number.ts';
import {describeToken, type Token, type TokenKind} from './token.ts';
import type {TokenStream} from './token-stream.ts';
import {unquote} from './unquote.ts';
import {boolValue, stringValue} from './value.ts';

/** Where a pipe stands: its tokens, and the variables that are declared there. */
export interface Place {
	readonly tokens: TokenStream;
	readonly variables: Bytes[];
	readonly nesting: Nesting;
}

/** Reads a pipe and the `end` behind it (text/template parse/parse.go pipeline). */
export function parsePipe(place: Place, context: string, end: TokenKind): Pipe {
	const {tokens} = place;
	const {at} = tokens.peekNonSpace();
	const {variables, assigns} = parseVariables(place, context);
	const commands: Command[] = [];
	for (let token = tokens.nextNonSpace(); token.kind !== end; token = tokens.nextNonSpace()) {
		if (!beginsOperand.includes(token.kind)) tokens.unexpected(token, context);
		tokens.giveBack(token);
		commands.push(parseCommand(place));
	}
	checkCommands(tokens, commands, context);
	return {kind: 'pipe', at, variables, assigns, commands};
}

const beginsOperand: readonly TokenKind[] = [
	'bool',
	'character',
	'complex',
	'dot',
	'field',
	'identifier',
	'number',
	'nil',
	'raw-string',
	'string',
	'variable',
	'(',
];

function checkCommands(tokens: TokenStream, commands: readonly Command[], context: string): void {
	if (commands.length === 0) tokens.fail(`missing value for ${context}`);
	for (const [n, {words}] of commands.entries()) {
		if (n > 0 && ['constant', 'overflow', 'dot', 'nil'].includes(words[0].kind)) {
			tokens.fail(`non executable command in pipeline stage ${n + 1}`);
		}
	}
}

/** `$x :=`, `$x =`, and in a range `$k, $v :=`; what begins with a variable otherwise is given back. */
function parseVariables(place: Place, context: string): Pick<Pipe, 'variables' | 'assigns'> {
	const {tokens} = place;
	const variables: Bytes[] = [];
	const declare = (name: Bytes) => {
		variables.push(name);
		place.variables.push(name);
	};
	for (;;) {
		const variable = tokens.peekNonSpace();
		if (variable.kind !== 'variable') return {variables, assigns: false};
		tokens.next();
		const behind = tokens.peek();
		const next = tokens.peekNonSpace();
		if (next.kind === '=' || next.kind === ':=') {
			tokens.nextNonSpace();
			declare(variable.text);
			return {variables, assigns: next.kind === '='};
		}
		if (next.kind !== 'other' || next.text !== ',') {
			// A space tells $x .y from $x.y.
			if (behind.kind === 'space') tokens.giveBack(behind);
			tokens.giveBack(variable);
			return {variables, assigns: false};
		}
		tokens.nextNonSpace();
		declare(variable.text);
		if (context !== 'range' || variables.length > 1) tokens.fail(`too many declarations in ${context}`);
		if (!['variable', '}}', ')'].includes(tokens.peekNonSpace().kind))
			tokens.fail('range can only initialize variables');
	}
}

function parseCommand(place: Place): Command {
	const {tokens} = place;
	const {at} = tokens.peekNonSpace();
	const words: Operand[] = [];
	for (;;) {
		tokens.peekNonSpace();
		const operand = parseOperand(place);
		if (operand !== undefined) words.push(operand);
		const token = tokens.next();
		if (token.kind === 'space') continue;
		if (token.kind === '}}' || token.kind === ')') tokens.giveBack(token);
		else if (token.kind !== '|') tokens.unexpected(token, 'operand');
		break;
	}
	const [first, ...rest] = words;
	return first === undefined ? tokens.fail('empty command') : {at, words: [first, ...rest]};
}

/** A term with the fields behind it; absent where the next token begins none. */
function parseOperand(place: Place): Operand | undefined {
	const {tokens} = place;
	const first = tokens.peekNonSpace();
	const term = parseTerm(place);
	if (term === undefined || tokens.peek().kind !== 'field') return term;
	const {at} = tokens.peek();
	const path = parsePath(tokens);
	switch (term.kind) {
		case 'field':
			return {kind: 'field', at, path: [...term.path, ...path]};
		case 'variable':
			return {...term, at, path: [...term.path, ...path]};
		case 'function':
		case 'pipe':
			return {kind: 'chain', at, base: term, path};
		default:
			return tokens.fail(`unexpected . after term ${describeToken(first)}`);
	}
}

function parsePath(tokens: TokenStream): Path {
	const first = fieldName(tokens.next());
	const rest: Bytes[] = [];
	while (tokens.peek().kind === 'field') rest.push(fieldName(tokens.next()));
	return [first, ...rest];
}

function fieldName({text}: Token): Bytes {
	return text.slice(1);
}

function parseTerm(place: Place): Operand | undefined {
	const {tokens} = place;
	const token = tokens.nextNonSpace();
	const {kind, at, text} = token;
	switch (kind) {
		case 'identifier':
			if (isBuiltin(text)) return {kind: 'function', at, name: text};
			return tokens.fail(`function ${JSON.stringify(toName(text))} not defined`);
		case 'dot':
		case 'nil':
			return {kind, at};
		case 'variable':
			if (!place.variables.includes(text)) tokens.fail(`undefined variable ${JSON.stringify(toName(text))}`);
			return {kind, at, name: text, path: []};
		case 'field':
			return {kind, at, path: [fieldName(token)]};
		case '(':
			return parseParentheses(place);
		default:
			return parseConstant(tokens, token);
	}
}

function parseParentheses(place: Place): Pipe {
	place.nesting.enter(place.tokens);
	const pipe = parsePipe(place, 'parenthesized pipeline', ')');
	place.nesting.leave();
	return pipe;
}

function parseConstant(tokens: TokenStream, token: Token): Operand | undefined {
	const {kind, at, text} = token;
	switch (kind) {
		case 'bool':
			return {kind: 'constant', at, value: boolValue(text === 'true')};
		case 'string':
		case 'raw-string':
			return {kind: 'constant', at, value: stringValue(tokens.reading(() => unquote(text)))};
		case 'character':
		case 'number': {
			const value = tokens.reading(() => parseNumber(text));
			return value === 'overflow' ? {kind: value, at, text} : {kind: 'constant', at, value};
		}
		case 'complex':
			return {kind: 'constant', at, value: tokens.reading(() => parseComplex(text))};
		default:
			tokens.giveBack(token);
			return undefined;
	}
}
