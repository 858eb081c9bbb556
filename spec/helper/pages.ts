import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** A Markdown page for people. */
export interface Page {
	/** Below the project's folder. */
	readonly name: string;
	readonly text: string;
	readonly blocks: readonly Block[];
	/** What stands in single backticks outside of blocks. */
	readonly codes: readonly string[];
	readonly links: readonly string[];
	/** Rows of tables, cell by cell, heads and rules left out. */
	readonly rows: readonly (readonly string[])[];
}

/** A fenced block: ```` ```toml config ```` is of language `toml` and kind `config`. */
export interface Block {
	readonly page: string;
	readonly line: number;
	readonly language: string;
	readonly kind: string;
	readonly text: string;
}

/** Every page of the project: README, CONTRIBUTING, CHANGELOG, and all below docs. */
export function readPages(): readonly Page[] {
	const docs = readdirSync(path.join(root, 'docs'), {recursive: true}).map((name) => `docs/${String(name)}`);
	const names = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.sort()];
	return names.filter((name) => name.endsWith('.md')).map(readPage);
}

function readPage(name: string): Page {
	const text = readFileSync(path.join(root, name), 'utf8');
	const blocks = blocksIn(text, name);
	const prose = withoutBlocks(text);
	return {
		name,
		text,
		blocks,
		codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
		links: [...prose.replace(/`[^`\n]+`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
		rows: rowsIn(prose),
	};
}

const fence = /^( *)```(\S*) *(.*)$/;

function blocksIn(text: string, page: string): readonly Block[] {
	const blocks: Block[] = [];
	let open: {indent: string; language: string; kind: string; line: number; lines: string[]} | undefined;
	for (const [n, line] of text.split('\n').entries()) {
		const [found, indent = '', language = '', kind = ''] = fence.exec(line) ?? [];
		if (open === undefined && found !== undefined) open = {indent, language, kind, line: n + 1, lines: []};
		else if (open !== undefined && found !== undefined) {
			const {lines, ...head} = open;
			blocks.push({page, line: head.line, language: head.language, kind: head.kind, text: lines.join('\n')});
			open = undefined;
		} else open?.lines.push(line.slice(open.indent.length));
	}
	return blocks;
}

function withoutBlocks(text: string): string {
	return text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
}

function rowsIn(prose: string): readonly (readonly string[])[] {
	const lines = prose.split('\n');
	const isRule = (line: string | undefined) => /^\|(?: *:?-+:? *\|)+$/.test(line ?? '');
	return lines
		.filter((line, n) => line.startsWith('|') && !isRule(line) && !isRule(lines[n + 1]))
		.map((line) =>
			line
				.slice(1, -1)
				.split(/(?<!\\)\|/)
				.map((cell) => cell.trim()),
		);
}

/** Why a link of a page leads nowhere; undefined where it leads somewhere, or out of the project. */
export function brokenLink(page: Page, target: string, pages: readonly Page[]): string | undefined {
	if (/^[a-z]+:/.test(target)) return undefined;
	const [file = '', anchor] = target.split('#');
	const name = file === '' ? page.name : path.posix.join(path.posix.dirname(page.name), file);
	if (!existsSync(path.join(root, name))) return `${page.name}: there is no ${name}`;
	const other = pages.find((each) => each.name === name);
	if (anchor === undefined || other === undefined || anchorsOf(other).includes(anchor)) return undefined;
	return `${page.name}: ${name} has no #${anchor}`;
}

// As GitHub makes them: small letters, blanks as dashes, nothing else that is no letter, digit, dash or underscore.
function anchorsOf({text}: Page): readonly string[] {
	return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
}
