import {textOf} from './blocks.ts';
import {actionOf, type Grammar} from './grammar.ts';
import type {Random} from './random.ts';

/** Literals in front of functions that tell much about them. */
export function constantsOf(grammar: Grammar): string {
	const {random, literals} = grammar;
	const {several, oneOf, word} = random;
	const literal = () => oneOf(literals.number, literals.number, literals.string, literals.character);
	const verb = () => word('print|printf "%T %v"|printf "%#v"|printf "%+q"|len||js|html|urlquery', '|');
	return several(1, 2, () => actionOf(grammar, `${verb()} ${literal()}`)).join('\n');
}

/** Tokens without a grammar. */
export function soupOf(grammar: Grammar): string {
	const {several, word, percent} = grammar.random;
	const actions = several(1, 3, () => {
		const inside = several(0, 5, () => word(tokens, '¦')).join(percent(70) ? ' ' : '');
		return textOf(grammar) + (percent(95) ? actionOf(grammar, inside) : `{{${inside}`);
	});
	return actions.join('') + (percent(40) ? '{{end}}' : '');
}

const tokens =
	'if¦else¦end¦with¦range¦define¦template¦block¦break¦continue¦nil¦true¦.¦.A¦$¦$x¦:=¦=¦,¦|¦(¦)¦"s"¦`r`¦\'c\'¦1¦-¦+¦..' +
	'¦.1¦@¦{¦}¦$x.A¦len¦print¦and¦\n¦ ¦*¦:¦\\¦é¦1i¦1+1i¦.A.B¦(.).A';

/** Trim markers, and what is between actions. */
export function spacesOf({random}: Grammar): string {
	return random.several(2, 6, () => random.word(random.percent(85) ? spaces : oddSpaces, '¦')).join('');
}

const spaces =
	' ¦\n¦\t¦\r\n¦x¦{{- 3}}¦{{3 -}}¦{{-3}}¦{{- "a" -}}¦{{"a" }}¦{{/* c */}}¦{{- /* c */ -}}¦{{-\n3\n-}}¦\v¦\u00a0' +
	'¦{{if true -}} {{end}}¦{{if true}} {{- end}}¦{{if 1 -}}\n{{- end -}}';
const oddSpaces = '{{ - }}¦{{-}}¦{{- -}}¦{{ -}}¦{{1-}}¦{{1 -1}}¦{{- 1-}}¦{{(1\n-}}¦{{(1 -}}¦{{(1  -}}¦{{end}}';

/** The text with something in it broken, perhaps. */
export function mutated({below, word, several}: Random, text: string): string {
	return several(1, 2, () => word(pieces, '¦')).reduce((result, piece) => {
		const at = below(result.length + 1);
		return result.slice(0, at) + piece + result.slice(at + below(3));
	}, text);
}

const pieces = '¦¦{{¦}}¦{¦}¦(¦)¦"¦`¦\'¦|¦ ¦\n¦.¦$¦end¦{{end}}¦{{else}}¦-¦:=¦=¦,¦/*¦*/¦\0¦😀¦1¦a';
