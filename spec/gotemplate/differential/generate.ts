import {wholeOf} from './blocks.ts';
import {actionOf, type Grammar} from './grammar.ts';
import {literalsOf} from './literals.ts';
import {constantsOf, mutated, soupOf, spacesOf} from './noise.ts';
import {printfOf} from './pipes.ts';
import {type Random, randomOf} from './random.ts';

/** A template and the name of the data that it is rendered over. */
export interface Case {
	readonly template: string;
	readonly data: string;
}

/** The cases of a seed; what Go learned after `goMinor` (19 for Go 1.19) is left out. */
export function casesOf(seed: number, count: number, goMinor: number): readonly Case[] {
	const random = randomOf(seed);
	const cases: Case[] = [];
	while (cases.length < count) {
		const data = random.word('full bare hostile wide wide empty');
		const template = templateOf(random, goMinor, data === 'wide' || data === 'empty');
		if (isSafe(template, goMinor)) cases.push({template, data});
	}
	return cases;
}

function templateOf(random: Random, goMinor: number, wide: boolean): string {
	const grammar: Grammar = {random, literals: literalsOf(random), goMinor, wide, variables: [], loops: 0};
	const whole = () => wholeOf(grammar);
	const text = random.oneOf<string>(
		...[whole, whole, whole, whole, whole, whole],
		() => actionOf(grammar, printfOf(grammar)),
		() => actionOf(grammar, printfOf(grammar)),
		() => constantsOf(grammar),
		() =>
			random.oneOf(
				() => soupOf(grammar),
				() => spacesOf(grammar),
			),
	);
	return random.percent(10) ? mutated(random, text) : text;
}

/** Whether both sides come to an end soon, and Go's version makes no difference. */
function isSafe(template: string, goMinor: number): boolean {
	if (/range/.test(template) && /[\da-fA-FxX_]{5}|\\[uU]/.test(template)) return false;
	return goMinor >= 24 || !/range\s*\(*\s*(?:\$\w*\s*,\s*)?\$\w*\s*=[^=]/.test(template);
}
