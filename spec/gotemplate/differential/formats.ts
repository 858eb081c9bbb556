import type {Random} from './random.ts';

/** A format for printf, in quotes, with flags, widths, precisions and indexes, some of them broken. */
export function formatOf(random: Random, goMinor: number): string {
	const {percent, several, word} = random;
	const text = () => word('||,a, ,é,\\n,%%,%,;', ',');
	const body = several(1, 3, () => text() + (percent(3) ? wrapping(random, goMinor) : directive(random)));
	return `"${body.join('')}${text()}"`;
}

function directive(random: Random): string {
	const {percent, several, word, pick} = random;
	const index = () => (percent(12) ? word('[1] [2] [3] [0] [9] [-1] [x] [] [ [1 [2]* [1]*.[2]*') : '');
	const flags = several(0, 2, () => word('#,0,+,-, ', ',')).join('');
	const width = percent(35) ? size(random, 40) : '';
	const precision = percent(30) ? `.${size(random, 20)}` : '';
	const verb = percent(90) ? pick([...'vvvvsssqqqxXdddoObcUteEfFgGTT']) : word('z,!,é,%, ,p,\\xff', ',');
	return `%${flags}${index()}${width}${precision}${index()}${verb}`;
}

function size({percent, word, below}: Random, end: number): string {
	if (percent(15)) return '*';
	return percent(10) ? word(' 0 00 007 300 99999999999') : String(below(end));
}

/** Go before 1.20 prints %+w and %#w in another way. */
function wrapping({word}: Random, goMinor: number): string {
	return goMinor >= 20 ? word('%w %+w %#w %5w') : '%w';
}
