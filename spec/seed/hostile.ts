import type {SeedInput} from '../../lib/seed/view.ts';
import {type Random, seededRandom} from '../../tools/simulator/random.ts';
import {aCertificate, aSeedInput, bytesOf} from '../helper/a-seed.ts';

// What means something to a shell, to YAML, to PowerShell, to mustache or to Go's templates, and what looks like a line's end.
const pieces = [
	...[
		"'",
		'"',
		'`',
		'\\',
		'\n',
		'\r',
		'\r\n',
		'\t',
		' ',
		';',
		'&',
		'|',
		'<',
		'>',
		'(',
		')',
		'*',
		'?',
		'~',
		'!',
		'#',
		'%',
		'@',
	],
	...[
		'$(touch pwned)',
		'`touch pwned`',
		'$HOME',
		`${'$'}{HOME}`,
		"$'\\n'",
		'<<EOF\n',
		'{{x}}',
		'{{{x}}}',
		'}}',
		'{{#x}}',
		'{{ .Token }}',
	],
	...[
		': ',
		'- ',
		'\n- ',
		'\n  a: b',
		' #',
		'&a ',
		'*a',
		'!!binary ',
		'---\n',
		'...\n',
		'[',
		']',
		'{',
		'}',
		',',
		'null',
		'yes',
		'0x1F',
	],
	...["''", "'@\n", "@'\n", '#>', '$(', '$env:TMP', '--%', '\u2018', '\u2019', '\u201a', '\u201b', '\u201c'],
	...[
		'\u0001',
		'\u001b',
		'\u007f',
		'\u0085',
		'\u00a0',
		'\u2028',
		'\u2029',
		'\ufeff',
		'\ufffe',
		'é',
		'ß',
		'漢',
		'😀',
		'\u{10ffff}',
	],
	...['a', 'runner', '/', '..', '-', '=', ''],
];

/** Texts that mean harm, the same ones for the same seed. */
export interface Hostile {
	/** Any text without NUL. */
	text(): string;
	/** One that is a line of its own: no control characters. */
	line(): string;
	/** What a proxy's address may hold at worst. */
	address(): string;
}

export function hostile(random: Random): Hostile {
	const pick = <Value>(values: readonly Value[]): Value => {
		const value = values[Math.floor(random.fraction() * values.length)];
		if (value === undefined) throw new Error('there is nothing to pick from');
		return value;
	};
	const text = (): string => Array.from({length: 1 + Math.floor(random.fraction() * 6)}, () => pick(pieces)).join('');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
	const line = (): string => text().replace(/[\u0000-\u001f\u007f]/g, '');
	return {text, line, address: () => `http://${line().replace(/[\s"'`\\]/g, '')}@proxy.lan:3128`};
}

/** A seed input that is hostile in every field that takes texts; with our own install script. */
export function hostileInput(seed: number, changes: Partial<SeedInput> = {}): SeedInput {
	const random = seededRandom(seed);
	const {text, line, address} = hostile(random);
	const jit = random.fraction() < 0.5;
	return aSeedInput({
		runnerName: text(),
		hostName: text(),
		instanceId: text(),
		tool: {downloadUrl: `https://${text()}`, fileName: text(), token: line().trim(), sha256: ''},
		repoUrl: `https://${text()}`,
		callbackUrl: `https://${text()}`,
		metadataUrl: `https://${text()}`,
		instanceToken: `t${line()}t`,
		sshKeys: [`s${line()}s`],
		runnerGroup: text(),
		caBundlePem: `${line()}\n${aCertificate}${line()}`,
		labels: [text(), text()],
		jit,
		extraPackages: [text(), text()],
		bootDebug: random.fraction() < 0.5,
		preInstallScripts: {'00-first one': bytesOf(text()), '1.sh': bytesOf(text())},
		extraContext: {[text()]: text()},
		proxy: {http: address(), https: address(), none: line()},
		...changes,
	});
}

/** The seeds of a property's rounds; SPEC_SEED repeats one of them alone. */
export function seedsFor(rounds: number): readonly number[] {
	const one = process.env.SPEC_SEED;
	return one === undefined ? Array.from({length: rounds}, (_, n) => 1000 + n) : [Number(one)];
}
