import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';

const run = promisify(execFile);
const tools = path.resolve(import.meta.dirname, '../../tools');

async function outcomeOf(words: readonly string[]): Promise<readonly [exitCode: number, told: string]> {
	const [tool = '', ...rest] = words;
	return run(process.execPath, [path.join(tools, tool), ...rest]).then(
		({stdout}) => [0, stdout] as const,
		({code, stderr}: {readonly code: number; readonly stderr: string}) => [code, stderr] as const,
	);
}

for (const tool of ['proof-kill', 'proof-fault', 'proof-foreign', 'bench-storm']) {
	test(`${tool} shows examples with --help, and says which word is wrong`, async (t) => {
		const [code, help] = await outcomeOf([`${tool}.js`, '--help']);
		t.is(code, 0);
		t.regex(help, new RegExp(`Examples:\n  npm run ${tool.replace('-', ':')}\\b`));
		const [wrong, told] = await outcomeOf([`${tool}.js`, '--seeed', '1']);
		t.is(wrong, 2);
		t.regex(told, /unknown option '--seeed'/);
		const [none, why] = await outcomeOf([
			`${tool}.js`,
			...(tool === 'bench-storm' ? ['--runners'] : ['--seed']),
			'1.5',
		]);
		t.is(none, 2);
		t.regex(why, /It must be a whole number from \d+ to \d+\./);
	});
}
