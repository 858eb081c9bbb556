import {readFileSync} from 'node:fs';
import path from 'node:path';
import {parse as parseToml} from '@iarna/toml';
import test from 'ava';
import {parseConfig} from '../lib/config/parse.ts';
import {configJsonSchema} from '../lib/config/schema.ts';
import {extraSpecsJsonSchema, parseExtraSpecs} from '../lib/garm/extra-specs.ts';
import {runOperator} from '../lib/main/operator/program.ts';
import {operatorCommands} from '../tools/operator-commands.ts';
import {FaultScript} from '../tools/simulator/fault-script.ts';
import {anIo} from './helper/an-io.ts';
import {type JsonSchema, keysOf, violations} from './helper/json-schema.ts';
import {type Block, brokenLink, readPages} from './helper/pages.ts';

const pages = readPages();
const blocks = pages.flatMap((page) => page.blocks);
const root = path.resolve(import.meta.dirname, '../..');
const {scripts} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
	scripts: Record<string, string>;
};

// cloudbase/garm config/config.go Provider, config/external.go External.
const providerKeys = ['name', 'provider_type', 'description', 'disable_jit_config', 'external'];
const externalKeys = [
	'interface_version',
	'config_file',
	'provider_dir',
	'provider_executable',
	'environment_variables',
	'exec_timeout_seconds',
];

/** What reads a block of a language and a kind, by throwing where it cannot. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
	'toml config': (text) => parseConfig(parseToml(text)),
	'toml garm': (text) => {
		const {provider, ...rest} = parseToml(text) as {provider?: readonly Record<string, unknown>[]};
		const unknown = [
			...Object.keys(rest),
			...(provider ?? []).flatMap((each) => [
				...Object.keys(each).filter((key) => !providerKeys.includes(key)),
				...Object.keys(each.external ?? {}).filter((key) => !externalKeys.includes(key)),
			]),
		];
		if (provider === undefined || unknown.length > 0) throw new Error(`GARM knows no ${unknown.join(', ')}`);
	},
	'json extra-specs': (text) => {
		const document: unknown = JSON.parse(text);
		parseExtraSpecs(document);
		const wrong = violations(extraSpecsJsonSchema() as JsonSchema, document);
		if (wrong.length > 0) throw new Error(wrong.join('; '));
	},
	'json fault': (text) => new FaultScript().add(...[JSON.parse(text)].flat()),
	json: (text) => JSON.parse(text),
};

for (const block of blocks.filter(({language}) => language === 'toml' || language === 'json')) {
	test(`${nameOf(block)} is read by what it is for`, (t) => {
		const read = readers[`${block.language} ${block.kind}`.trim()];
		if (read === undefined) return t.fail(`nothing reads \`\`\`${block.language} ${block.kind}`);
		return t.notThrows(() => read(block.text));
	});
}

function nameOf({page, line, language, kind}: Block): string {
	return `${`${language} ${kind}`.trim()} in ${page}, line ${line},`;
}

// A line may go on behind a backslash, and hold several commands.
const shellLines = blocks
	.filter(({language}) => language === 'sh')
	.flatMap(({text}) => text.replaceAll(/\\\n\s*/g, '').split('\n'))
	.concat(pages.flatMap(({codes}) => codes))
	.flatMap((line) => line.split(/&&|\|\||[|;<>]/))
	.map((line) => line.trim());

test('every garm-proxmox command that a page names exists, with its options', async (t) => {
	const lines = [...new Set(shellLines.filter((line) => /^garm-proxmox(?: |$)/.test(line)))];
	t.true(lines.length > 3);
	for (const line of lines) t.deepEqual(await unknownWords(line.split(/\s+/).slice(1)), [], line);
});

/** The words of a command line that no help tells of: commands until there are none below, then options. */
async function unknownWords(words: readonly string[]): Promise<readonly string[]> {
	const path: string[] = [];
	for (const word of words) {
		const {commands} = await helpOf(path);
		if (commands.length === 0 || word.startsWith('-')) break;
		if (!commands.includes(word)) return [word];
		path.push(word);
	}
	const {options} = await helpOf(path);
	const given = words.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0] ?? word);
	return given.filter((option) => !options.includes(option));
}

async function helpOf(words: readonly string[]) {
	const io = anIo();
	await runOperator([...words, '--help'], io, operatorCommands);
	const section = (title: string) => new RegExp(`^${title}:\\n((?: +.*\\n)+)`, 'm').exec(io.told.out)?.[1] ?? '';
	return {
		commands: [...section('Commands').matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, word = '']) => word),
		options: [...section('Options').matchAll(/(?<=[\s,])--?[a-zA-Z][\w-]*/g)].map(([word]) => word),
	};
}

test('the examples in every help are commands that exist', async (t) => {
	const seen: string[] = [];
	const walk = async (words: readonly string[]): Promise<void> => {
		const io = anIo();
		await runOperator([...words, '--help'], io, operatorCommands);
		const examples = [...io.told.out.matchAll(/^ *\$ garm-proxmox (.*)$/gm)].map(([, line = '']) => line);
		for (const line of examples)
			t.deepEqual(await unknownWords((line.split(/&&|[|;<>]/)[0] ?? '').trim().split(/\s+/)), [], line);
		seen.push(...examples);
		const {commands} = await helpOf(words);
		for (const command of commands.filter((word) => word !== 'help')) await walk([...words, command]);
	};
	await walk([]);
	t.true(seen.length >= 14);
});

test('every npm script that a page names exists', (t) => {
	const named = shellLines.flatMap((line) => [...line.matchAll(/\bnpm (?:run (?:--\S+ )?([\w:-]+)|(test|start)\b)/g)]);
	const names = [...new Set(named.map(([, script, own]) => script ?? own ?? ''))];
	t.true(names.includes('demo') && names.includes('test'));
	t.deepEqual(
		names.filter((name) => scripts[name] === undefined),
		[],
	);
});

test('every link within the project leads somewhere', (t) => {
	const broken = pages.flatMap((page) => page.links.map((target) => brokenLink(page, target, pages)));
	t.deepEqual(
		broken.filter((each) => each !== undefined),
		[],
	);
});

test('every page that is named in passing exists', (t) => {
	const names = pages.flatMap(({codes}) => codes.filter((code) => /^docs\/\S+\.md$/.test(code)));
	t.deepEqual(
		names.filter((name) => !pages.some((page) => page.name === name)),
		[],
	);
});

const keyPages = {
	'docs/configuration.md': {schema: configJsonSchema() as JsonSchema, read: readTomlValue},
	'docs/extra-specs.md': {
		schema: extraSpecsJsonSchema() as JsonSchema,
		read: (text: string): unknown => JSON.parse(text),
	},
};

for (const [name, {schema, read}] of Object.entries(keyPages)) {
	const known = keysOf(schema);
	// Tables of keys have four columns: key, meaning, default, example.
	const rows = (pages.find((page) => page.name === name)?.rows ?? []).filter((cells) => cells.length === 4);
	const documented = rows.map(([key = '']) => key.replaceAll('`', ''));

	test(`${name} has every key, each once, and no other`, (t) => {
		t.deepEqual([...documented].sort(), known.map(({path: key}) => key).sort());
	});

	test(`${name} tells the defaults and examples of its keys as they are`, (t) => {
		for (const [key = '', meaning = '', fallback = '', example = ''] of rows) {
			const found = known.find(({path: each}) => `\`${each}\`` === key);
			if (found === undefined) continue;
			t.true(meaning.length > 5, key);
			if (found.required) t.is(fallback, 'required', key);
			else if (found.schema.default !== undefined) t.deepEqual(read(fallback.slice(1, -1)), found.schema.default, key);
			const value = read(example.slice(1, -1));
			t.deepEqual(violations(found.schema, value), [], key);
			t.notDeepEqual(value, found.schema.default, key);
		}
	});
}

function readTomlValue(text: string): unknown {
	return JSON.parse(JSON.stringify(parseToml(`value = ${text}`).value));
}

test('a page with a table of keys has examples that the code reads', (t) => {
	t.true(blocks.filter(({kind, page}) => kind === 'config' && page === 'docs/configuration.md').length >= 5);
	t.true(blocks.filter(({kind}) => kind === 'extra-specs').length >= 3);
});
