import {formatOf} from './formats.ts';
import type {Grammar} from './grammar.ts';

/** Commands, one handing its value to the next. */
export function pipeOf(grammar: Grammar, depth: number): string {
	const {percent, several, word} = grammar.random;
	const stages = 'len|html|js|urlquery|print|println|not|printf "%v"|printf "%q"|eq "a"|index|and 1|or ""|lt 2|slice';
	const rest = percent(20) ? several(1, 2, () => (percent(97) ? word(stages, '|') : '.')) : [];
	return [operandOf(grammar, depth), ...rest].join(percent(50) ? ' | ' : '|');
}

/** What a range may go over, mostly. */
export function collectionOf({random, goMinor, wide}: Grammar): string {
	const {percent, word} = random;
	if (goMinor >= 24 && percent(20)) return word('3|0|-1|.Count|\'\\x04\'|(len "ab")|(index "\\x02" 0)', '|');
	if (!wide) return word('.ExtraContext|$.ExtraContext|$.ExtraContext|.RunnerName', '|');
	return word('.List|.Map|$.List|$.Map|(slice .List 1)|.Text', '|');
}

/** A printf over values of all types. */
export function printfOf(grammar: Grammar): string {
	const {random, literals, wide, goMinor} = grammar;
	const {several, oneOf, word} = random;
	const ours = '.|.ExtraContext|.RunnerName|.EnableBootDebug|.ExtraContext.missing';
	const composite = wide ? '.Map|.List|.Inner|.|.Ratio|.Count|.Yes|.Text|(index "é" 0)' : ours;
	const value = () =>
		oneOf<string>(
			literals.smallNumber,
			() => word('1.5 -2.5 1e21 0.000001234 12345.678 0.1 1e-320 123456789.0 -0.0 0.5 2.5'),
			() => word('2+3i -1.5i 0i 1e100-2.5i'),
			() => (random.percent(30) ? literals.string() : '"héllo ✓"'),
			() => word("true nil 'é' '\\U0001f600' 255 -42 0xD800 0x110000 9223372036854775807 -9223372036854775808"),
			() => word(composite, '|'),
		);
	return `printf ${formatOf(random, goMinor)} ${several(0, 3, value).join(' ')}`;
}

function operandOf(grammar: Grammar, depth: number): string {
	const {oneOf, percent} = grammar.random;
	const field = () => fieldOf(grammar);
	const call = () => callOf(grammar, depth - 1);
	const parentheses = () => `(${pipeOf(grammar, depth - 1)})${percent(15) ? field() : ''}`;
	const simple = [field, field, field, () => literalOf(grammar), () => variableOf(grammar)];
	return oneOf<string>(...simple, ...(depth > 0 ? [call, call, parentheses] : []));
}

/** An operand that may stand behind a function. */
function argumentOf(grammar: Grammar, depth: number): string {
	const text = operandOf(grammar, depth);
	return /\s|\|/.test(text) && !/^["`(']/.test(text) ? `(${text})` : text;
}

function fieldOf({random, wide}: Grammar): string {
	const {word, percent} = random;
	if (percent(12)) return word(percent(90) ? oddFields : '.ExtraContext.go-url .List. .9x');
	return word(wide ? wideFields : paramFields);
}

const paramFields = '.RunnerName .EnableBootDebug .UseJITConfig .ExtraContext .ExtraContext.a .ExtraContext.Empty';
const wideFields = '.Text .Yes .Count .Ratio .List .Map .Map.a .Inner .Inner.Name .Inner.Level .Other';
const oddFields =
	'. . . $ $ .Nope .ExtraContext.missing .ExtraContext.missing.deep .Map.nothing .RunnerName.X .é .List.x' +
	' .ExtraContext.toString .Map.constructor .Map.__proto__ .constructor .__proto__ $.Text $.RunnerName';

function variableOf(grammar: Grammar): string {
	const {random, variables} = grammar;
	const {percent, pick, word} = random;
	const known = variables.length > 0 && percent(90);
	const name = known ? pick(variables) : percent(95) ? '$' : word('$x $unknown');
	return percent(12) ? name + fieldOf(grammar) : name;
}

function literalOf({random, literals}: Grammar): string {
	const {oneOf, word, percent} = random;
	return oneOf<string>(
		literals.smallNumber,
		literals.smallNumber,
		() => (percent(10) ? literals.number() : '1.5'),
		() => (percent(15) ? literals.string() : word('"" "a" "é✓" `raw` "10" "<&>"')),
		() => word('"" "a" "b" "1"'),
		() => (percent(15) ? literals.character() : "'a'"),
		() => word('true false true nil'),
	);
}

function callOf(grammar: Grammar, depth: number): string {
	const {random, literals, goMinor, wide} = grammar;
	const {word, oneOf, several, percent} = random;
	const values = (least: number, most: number) => several(least, most, () => argumentOf(grammar, depth)).join(' ');
	const numbers = (least: number, most: number) => several(least, most, literals.smallNumber).join(' ');
	const sized = () => word(`"hello" "é✓" ${wide ? '.Text .List .Map' : '.RunnerName .ExtraContext'}`);
	const keys = '"a"|"go-url"|"missing"|"b"|""|$|1|nil';
	return oneOf<string>(
		() => `${word('and or')} ${values(1, 3)}`,
		() => `not ${values(1, 1)}`,
		() => `${word('eq eq ne')} ${values(1, 3)}`,
		() => `${word('lt le gt ge eq ne')} ${comparableOf(grammar)}`,
		() => `len ${sized()}`,
		() => `index ${sized()} ${numbers(0, 2)}`,
		() => `index ${wide ? '.Map' : '.ExtraContext'} ${word(keys, '|')}`,
		() => `slice ${sized()} ${numbers(0, 4)}`,
		() => `${word('print println html js urlquery')} ${values(0, 3)}`,
		() => `printf ${formatOf(random, goMinor)} ${values(0, 3)}`,
		() =>
			percent(90) ? word('and or not len index slice printf eq lt call') : word('unknown|call .|call nil|len nil', '|'),
	);
}

/** Two values of one type, mostly. */
function comparableOf({random, literals, wide}: Grammar): string {
	const {oneOf, word, percent} = random;
	const text = () => (percent(30) ? literals.string() : word(`"a" "b" ${wide ? '.Text .Map.a' : '.RunnerName'}`));
	const integer = () => word('1|2|-3|\'a\'|(len "ab")|(index "a" 0)|0x10', '|');
	const float = () => word('1.5 -0.0 0.0 1e3 2.5e-3');
	const any = () => oneOf(text, integer, float);
	return oneOf<string>(
		() => `${text()} ${text()}`,
		() => `${integer()} ${integer()}`,
		() => `${float()} ${float()}`,
		() => `${any()} ${any()}`,
		() => (wide ? '.Inner .Other' : '. .'),
	);
}
