import type {Random} from './random.ts';

/** Spellings of Go's constants, good and broken. */
export interface Literals {
	readonly number: () => string;
	readonly smallNumber: () => string;
	readonly string: () => string;
	readonly character: () => string;
}

/** The literals of a chance. */
export function literalsOf(random: Random): Literals {
	return {
		number: () => numberOf(random),
		smallNumber: () => random.word('0 1 2 3 4 -1 5 10'),
		string: () => stringOf(random),
		character: () => characterOf(random),
	};
}

function numberOf(random: Random): string {
	const {oneOf, word, percent} = random;
	const size = () =>
		oneOf(
			() => integerOf(random),
			() => floatOf(random),
		);
	const sign = percent(20) ? word('- +') : '';
	return oneOf(
		() => sign + size(),
		() => sign + size(),
		() => `${sign}${size()}i`,
		() => `${sign}${size()}${word('- +')}${size()}i`,
	);
}

function integerOf(random: Random): string {
	const {oneOf, word} = random;
	return oneOf(
		() => digitsOf(random, decimal, 1, 5),
		() => digitsOf(random, decimal, 1, 5),
		() => `0${digitsOf(random, '01234567', 0, 4)}`,
		() => word('0x 0X') + hexDigitsOf(random),
		() => word('0b 0B') + digitsOf(random, '01', 0, 6),
		() => word('0o 0O') + digitsOf(random, '01234567', 0, 4),
		() => word('9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616'),
		() => word('0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 0x1ffffffffffffffff'),
	);
}

function floatOf(random: Random): string {
	const {oneOf, word, percent} = random;
	const some = () => digitsOf(random, decimal, 1, 5);
	const fraction = () => (percent(50) ? `.${hexDigitsOf(random)}` : '');
	return oneOf(
		() => `${some()}.${digitsOf(random, decimal, 0, 6)}`,
		() => `.${some()}`,
		() => some() + exponentOf(random, word('e E')),
		() => `${some()}.${some()}${exponentOf(random, 'e')}`,
		() => word('0x 0X') + hexDigitsOf(random) + fraction() + exponentOf(random, word('p P p e')),
		() => word('1e308 1e309 5e-324 2e-324 1e-400 0x1p-1074 0x1p-1075 0x1.8p-1075 0x1p1024 0x1.fffffffffffff8p1023'),
		() => word('0.1 0.5 1.5 2.5 1e21 1e20 123456789.0 1e6 1e-5 0.000123 -0.0 0.0'),
	);
}

const decimal = '0123456789';

function hexDigitsOf(random: Random): string {
	return digitsOf(random, '0123456789abcdefABCDEF', random.percent(3) ? 0 : 1, 6);
}

function exponentOf(random: Random, letter: string): string {
	const {percent, word} = random;
	return letter + (percent(30) ? word('- +') : '') + digitsOf(random, decimal, percent(3) ? 0 : 1, 3);
}

function digitsOf({several, percent, pick}: Random, alphabet: string, least: number, most: number): string {
	return several(least, most, () => (percent(3) ? '_' : pick([...alphabet]))).join('');
}

function stringOf(random: Random): string {
	const {oneOf, several, percent, word} = random;
	const plain = () => word('a|b|z|0| |é|✓|😀|{{|}}|%|<|&|\'|`|#|\t|=|\u00a0|\u200b|\ufeff|"', '|');
	const inQuotes = () => (percent(25) ? escapeOf(random) : plain().replace('"', 'q'));
	const raw = () => plain().replace('`', '\r\n"\\n');
	return oneOf(
		() => `"${several(0, 5, inQuotes).join('')}"`,
		() => word('""|"a"|"ab"|"hello"|"x y"|"héllo ✓"|"a\\nb"|"<a href=\\"x\\">"|"1"|"10"', '|'),
		() => `\`${several(0, 4, raw).join('')}\``,
	);
}

function characterOf(random: Random): string {
	const {oneOf, word} = random;
	return oneOf(
		() => `'${word('a|z|é|✓|😀|"| |0|%', '|')}'`,
		() => `'${escapeOf(random)}'`,
		() => word("''|'ab'|'|'\\|'\\''|'\\x41'|'\n'", '|'),
	);
}

function escapeOf(random: Random): string {
	const {oneOf, word, percent} = random;
	const hex = (count: number) => digitsOf(random, '0123456789abcdef', count, count);
	if (percent(8)) return `\\${word('q|x1|u12|8||400| ', '|')}`;
	return oneOf(
		() => `\\${word('a b f n r t v \\ \' "')}`,
		() => `\\x${hex(2)}`,
		() => `\\${digitsOf(random, '01234567', 3, 3)}`,
		// Go and Node know different versions of Unicode: what was assigned long ago is the same for both.
		() =>
			`\\u${random.percent(50) ? `0${word('0 1 2 3 4 5')}${hex(2)}` : word('2713 fffd ffff d800 feff 200b 2028 e000')}`,
		() => `\\U${word('0001f600 0010ffff 00110000 0000d800 ffffffff 000000e9')}`,
	);
}
