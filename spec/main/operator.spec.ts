import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {runOperator} from '../../lib/main/operator/program.ts';
import {operatorCommands} from '../../tools/operator-commands.ts';
import {anIo} from '../helper/an-io.ts';

async function run(...args: readonly string[]) {
	const io = anIo();
	const code = await runOperator(args, io, operatorCommands);
	return {code, ...io.told};
}

for (const words of [
	[],
	['config'],
	['config', 'check'],
	['schema'],
	['schema', 'config'],
	['schema', 'extra-specs'],
	['simulator'],
	['demo'],
]) {
	test(`garm-proxmox ${words.join(' ')} --help tells two examples, and they are of this program`, async (t) => {
		const {code, out, error} = await run(...words, '--help');
		t.is(code, 0);
		t.is(error, '');
		const [, examples = ''] = out.split('Examples:\n');
		const lines = examples.trim().split('\n');
		t.is(lines.length, 2);
		t.true(
			lines.every((line) => /^ *\$ garm-proxmox\b/.test(line)),
			examples,
		);
	});
}

const suggests = test.macro({
	exec: async (t, args: readonly string[], suggestion: string, help: string) => {
		const {code, out, error} = await run(...args);
		t.is(code, 2);
		t.is(out, '');
		t.regex(error, new RegExp(`Did you mean ${suggestion}\\?`));
		t.true(error.endsWith(`(${help} --help tells more)\n`), error);
	},
	title: (_, args: readonly string[], suggestion: string) => `garm-proxmox ${args.join(' ')} suggests ${suggestion}`,
});
test(suggests, ['confg'], 'config', 'garm-proxmox');
test(suggests, ['config', 'chek', 'x.toml'], 'check', 'garm-proxmox config');
test(suggests, ['schema', 'extraspecs'], 'extra-specs', 'garm-proxmox schema');
test(suggests, ['simulator', '--wolrd', 'small'], '--world', 'garm-proxmox simulator');

test('words that are missing or too many are told with where the help is', async (t) => {
	for (const args of [
		['config', 'check'],
		['config', 'check', 'a', 'b'],
	]) {
		const {code, error} = await run(...args);
		t.is(code, 2);
		t.true(error.endsWith('(garm-proxmox config check --help tells more)\n'), error);
	}
	t.is((await run()).code, 2);
});

test('a config is checked: mistakes one per line with what helps, warnings beside the answer', async (t) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-operator-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	const [good, bad] = [path.join(folder, 'good.toml'), path.join(folder, 'bad.toml')];
	const token = '[token]\nid = "garm@pve!provider"\nsecret = "s3cret-s3cret"\n';
	await writeFile(good, `url = "https://pve1"\n${token}[tls]\ninsecure = true\n`, {mode: 0o600});
	await writeFile(bad, `ulr = "https://pve1"\n${token}`, {mode: 0o600});
	t.deepEqual(await run('config', 'check', good), {
		code: 0,
		out: `${good} is in order.\n`,
		error: 'warning: tls.insecure is set: anybody between GARM and the cluster can read the token.\n',
	});
	t.deepEqual(await run('config', 'check', bad), {
		code: 1,
		out: '',
		error: `Config ${bad} cannot be used:
  - ulr is not known. Did you mean url?
  - url is missing; it must be the address of a node such as "https://pve1.example.com:8006".
Every key: garm-proxmox schema config
`,
	});
});

test('the schemas are printed as JSON', async (t) => {
	for (const words of ['config', 'extra-specs']) {
		const {code, out} = await run('schema', words);
		t.is(code, 0);
		t.is((JSON.parse(out) as {$schema: string}).$schema, 'http://json-schema.org/draft-07/schema#');
	}
});
