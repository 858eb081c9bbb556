import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {runOperator} from '../../lib/main/operator/program.ts';
import {systemClock} from '../../lib/time/clock.ts';
import {addDemoCommand} from '../../tools/demo/command.ts';
import {addSimulatorCommand} from '../../tools/simulator-command.ts';

async function operator(...args: readonly string[]) {
	const told = {out: '', error: ''};
	const io = {
		env: {},
		readInput: async () => '',
		writeOut(text: string) {
			told.out += text;
		},
		writeError(text: string) {
			told.error += text;
		},
		clock: systemClock,
		random: () => 0.5,
	};
	const code = await runOperator(args, io, [addSimulatorCommand, addDemoCommand]);
	return {code, ...told};
}

interface Help {
	readonly words: readonly string[];
	readonly text: string;
	readonly commands: readonly string[];
	readonly options: readonly string[];
}

/** The help of every command, found by reading the help above it. */
async function everyHelp(words: readonly string[] = []): Promise<readonly Help[]> {
	const {code, out: text} = await operator(...words, '--help');
	if (code !== 0) throw new Error(`no help for ${words.join(' ')}`);
	const section = (title: string) => new RegExp(`\\n${title}:\\n((?:  .*\\n|\\n)*)`).exec(text)?.[1] ?? '';
	const commands = [...section('Commands').matchAll(/^ {2}([a-z-]+)/gm)]
		.map(([, name = '']) => name)
		.filter((name) => name !== 'help');
	const options = [...section('Options').matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = '']) => name);
	const below = await Promise.all(commands.map((name) => everyHelp([...words, name])));
	return [{words, text, commands, options}, ...below.flat()];
}

test('every command that does something shows two examples of itself', async (t) => {
	const helps = await everyHelp();
	t.true(helps.length >= 10);
	for (const {words, text, commands} of helps) {
		if (commands.length > 0) continue;
		const examples = text.match(new RegExp(`^  \\$ garm-proxmox ${words.join(' ')}`, 'gm')) ?? [];
		t.true(examples.length >= 2, words.join(' '));
	}
});

for (const [wrong, right] of [
	[['docter'], '(Did you mean doctor?)'],
	[['doctor', '--confg', 'x'], '(Did you mean --config?)'],
	[['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
] as const) {
	test(`a wrong word is told with the right one: ${wrong.join(' ')}`, async (t) => {
		const {code, error, out} = await operator(...wrong);
		t.deepEqual([code, out], [2, '']);
		t.true(error.includes(right), error);
	});
}

async function scriptFor(shell: string, folder: string): Promise<string> {
	const {code, out} = await operator('completion', shell);
	if (code !== 0) throw new Error(`no completion for ${shell}`);
	const file = path.join(folder, `completion.${shell}`);
	await writeFile(file, out);
	return file;
}

test('bash completes every command and every option there is, and nothing else', async (t) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-completion-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const script = await scriptFor('bash', folder);
	t.is(spawnSync('bash', ['-n', script]).status, 0);
	// One bash for all lines: each is completed as if its last word had the cursor behind it.
	const complete = (lines: readonly (readonly string[])[]) => {
		const body = lines.map((words) => {
			const quoted = ['garm-proxmox', ...words].map((word) => `'${word}'`).join(' ');
			return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _garm_proxmox; echo "\${COMPREPLY[*]}"`;
		});
		const {stdout, stderr} = spawnSync('bash', ['--norc', '-c', `source ${script}\n${body.join('\n')}`], {
			cwd: folder,
			encoding: 'utf8',
		});
		t.is(stderr, '');
		return stdout
			.split('\n')
			.slice(0, -1)
			.map((line) => line.split(' ').filter(Boolean).sort());
	};
	const helps = await everyHelp();
	const options = complete(helps.map(({words}) => [...words, '--']));
	t.deepEqual(
		options,
		helps.map((help) => [...help.options].sort()),
	);
	const parents = helps.filter(({commands}) => commands.length > 0);
	t.deepEqual(
		complete(parents.map(({words}) => [...words, ''])),
		parents.map(({commands}) => [...commands].sort()),
	);

	await writeFile(path.join(folder, 'proxmox.toml'), '');
	t.deepEqual(
		complete([
			['doc'],
			['schema', 'ext'],
			['completion', ''],
			['setup', '--pve', ''],
			['doctor', '--config', 'prox'],
			['doctor', '--config', '=', 'prox'],
			['doctor', '--config', 'x', '--garm'],
			['config', 'check', 'prox'],
			['setup', '--pool', ''],
		]),
		[
			['doctor'],
			['extra-specs'],
			['bash', 'fish', 'zsh'],
			['8', '9'],
			['proxmox.toml'],
			['proxmox.toml'],
			['--garm-config'],
			['proxmox.toml'],
			[],
		],
	);
});

for (const shell of ['zsh', 'fish']) {
	const here = existsSync(`/usr/bin/${shell}`) ? test : test.skip;
	here(`${shell} can read its script`, async (t) => {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-completion-'));
		t.teardown(() => rm(folder, {recursive: true}));
		const {status, stderr} = spawnSync(shell, ['-n', await scriptFor(shell, folder)], {encoding: 'utf8'});
		t.deepEqual([status, stderr], [0, '']);
	});
}

test('a demo that fails ends with 1', async (t) => {
	const {Verdict} = await import('../../lib/main/operator/verdict.ts');
	const told = {
		env: {},
		readInput: async () => '',
		writeOut() {},
		writeError() {},
		clock: systemClock,
		random: () => 0,
	};
	const code = await runOperator(['fail'], told, [
		(program) =>
			program.command('fail').action(() => {
				throw new Verdict(1);
			}),
	]);
	t.is(code, 1);
});
