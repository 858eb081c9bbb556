import {actionOf, type Grammar} from './grammar.ts';
import {collectionOf, pipeOf, printfOf} from './pipes.ts';

/** A whole template with blocks and definitions. */
export function wholeOf(grammar: Grammar): string {
	const {several, percent} = grammar.random;
	const definitions = percent(25) ? several(1, 2, () => definitionOf(grammar)).join('') : '';
	const body = listOf(grammar, 3);
	return percent(50) ? definitions + body : body + definitions;
}

/** Text between actions. */
export function textOf({random}: Grammar): string {
	return random.word('x| |\n|  \n\t|a b|{ |}}|$|é✓|\r\n|%d|#!/bin/sh\n|\v|-|\u00a0', '|');
}

function definitionOf(grammar: Grammar): string {
	const name = grammar.random.percent(5) ? '""' : grammar.random.word('"a" "b" `c`');
	const body = apart(grammar, () => listOf(grammar, 2));
	return actionOf(grammar, `define ${name}`) + body + actionOf(grammar, 'end');
}

/** What is made where no variable and no loop of the outside is seen. */
function apart(grammar: Grammar, make: () => string): string {
	const {variables, loops} = grammar;
	Object.assign(grammar, {variables: [], loops: 0});
	const text = make();
	return inScope(grammar, variables, loops, text);
}

/** The text; and the grammar is in that scope again. */
function inScope(grammar: Grammar, variables: readonly string[], loops: number, text: string): string {
	Object.assign(grammar, {variables, loops});
	return text;
}

function listOf(grammar: Grammar, depth: number): string {
	const {several, percent} = grammar.random;
	return several(1, 4, () => (percent(35) ? textOf(grammar) : nodeOf(grammar, depth))).join('');
}

function nodeOf(grammar: Grammar, depth: number): string {
	const {oneOf, percent, word} = grammar.random;
	const print = () => actionOf(grammar, pipeOf(grammar, 2));
	const jumps = percent(grammar.loops > 0 ? 90 : 2);
	const blocks = [
		() => choiceOf(grammar, depth, 'if'),
		() => choiceOf(grammar, depth, 'if'),
		() => choiceOf(grammar, depth, 'with'),
		() => rangeOf(grammar, depth),
		() => rangeOf(grammar, depth),
		() => declarationOf(grammar),
		() => templateOf(grammar),
		() => commentOf(grammar),
		() => (jumps ? actionOf(grammar, word('break continue')) : print()),
		() => actionOf(grammar, printfOf(grammar)),
	];
	return oneOf<string>(print, print, print, ...(depth > 0 ? blocks : []));
}

function choiceOf(grammar: Grammar, depth: number, keyword: 'if' | 'with'): string {
	const {percent} = grammar.random;
	const {variables, loops} = grammar;
	let text = actionOf(grammar, `${keyword} ${declaringOf(grammar)}${pipeOf(grammar, 2)}`) + listOf(grammar, depth - 1);
	const chained = (keyword === 'if' || grammar.goMinor >= 23) && percent(97);
	while (percent(chained ? 25 : 1)) {
		text += actionOf(grammar, `else ${chained ? keyword : 'if'} ${pipeOf(grammar, 1)}`) + listOf(grammar, depth - 1);
	}
	if (percent(40)) text += actionOf(grammar, 'else') + listOf(grammar, depth - 1);
	return inScope(grammar, variables, loops, text + actionOf(grammar, 'end'));
}

function declaringOf(grammar: Grammar): string {
	if (!grammar.random.percent(12)) return '';
	grammar.variables = [...grammar.variables, '$d'];
	return grammar.random.percent(90) ? '$d := ' : '$d = ';
}

function rangeOf(grammar: Grammar, depth: number): string {
	const {percent, word} = grammar.random;
	const {variables, loops} = grammar;
	const names = word(',,$v,$k $v', ',').split(' ').filter(Boolean);
	// Go before 1.24 assigns to the wrong variables here.
	const sign = grammar.goMinor >= 24 && percent(15) ? '=' : ':=';
	const head = names.length > 0 ? `${names.join(percent(50) ? ', ' : ',')} ${sign} ` : '';
	const over = percent(75) ? collectionOf(grammar) : pipeOf(grammar, 1);
	inScope(grammar, [...variables, ...names], loops + 1, '');
	let text = actionOf(grammar, `range ${head}${over}`) + listOf(grammar, depth - 1);
	grammar.loops = loops;
	if (percent(25)) text += actionOf(grammar, 'else') + listOf(grammar, depth - 1);
	if (percent(1)) text += actionOf(grammar, word('else|else if true', '|'));
	return inScope(grammar, variables, loops, text + actionOf(grammar, 'end'));
}

function declarationOf(grammar: Grammar): string {
	const {percent, word} = grammar.random;
	const name = word('$x $y $ $é');
	const declares = percent(70) || !grammar.variables.includes(name);
	const text = actionOf(grammar, `${name} ${declares && percent(97) ? ':=' : '='} ${pipeOf(grammar, 2)}`);
	grammar.variables = [...grammar.variables, name];
	return text;
}

function templateOf(grammar: Grammar): string {
	const {word, percent} = grammar.random;
	if (percent(30)) {
		const head = actionOf(grammar, `block ${word('"d" "e"')} ${pipeOf(grammar, 1)}`);
		return head + apart(grammar, () => listOf(grammar, 1) + actionOf(grammar, 'end'));
	}
	const name = percent(95) ? word('"a" "b" `c` "missing"') : word('a 3 . "\\q"');
	return actionOf(grammar, `template ${name}${percent(60) ? ` ${pipeOf(grammar, 1)}` : ''}`);
}

function commentOf({random}: Grammar): string {
	const {percent, word} = random;
	if (percent(95)) return word('{{/* x */}}¦{{- /* x\n */ -}}¦{{/**/}}¦{{/* }} */}}', '¦');
	return word('{{ /* no */ }}¦{{/* a¦{{/* a */ }}', '¦');
}
