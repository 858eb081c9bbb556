import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {Fault} from '../../lib/fault.ts';
import {renderInstallScript} from '../../lib/seed/install.ts';
import {aSeedInput} from '../helper/a-seed.ts';

const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/install-template.md'), 'utf8');

function render(installTemplate: string, extraContext: Readonly<Record<string, string>> = {}): string {
	const metadataUrl = 'https://garm.example.net/api/v1/metadata';
	return renderInstallScript(aSeedInput({instanceToken: 'a-token', metadataUrl, installTemplate, extraContext}));
}

test('the examples of docs/install-template.md render to what stands below them', (t) => {
	const examples = [...page.matchAll(/```gotemplate\n(.*?)```\n\nmakes\n\n```sh\n(.*?)```/gs)];
	t.is(examples.length, 2);
	const contexts: readonly Readonly<Record<string, string>>[] = [{packages: 'git jq', timezone: 'Europe/Berlin'}, {}];
	for (const [n, [, template = '', output]] of examples.entries()) t.is(render(template, contexts[n]), output ?? '');
});

test('docs/install-template.md names every field that a template has, and its type', (t) => {
	const named = [...page.matchAll(/^\| `\.(\w+)` +\| `(\S+)`/gm)].map(([, name, type]) => `${name}:${type}`);
	const fields = render('{{printf "%+v" .}}').matchAll(/[{ ]([A-Z]\w+):/g);
	const typed = Array.from(fields, ([, name = '']) => `${name}:${render(`{{printf "%T" .${name}}}`)}`);
	t.deepEqual(named.toSorted(), typed.toSorted());
	t.is(named.length, 16);
});

test('docs/install-template.md shows the errors as a create tells them', (t) => {
	const told = ['\n\n{{ secrets.TOKEN }}', '\n{{ .Nope }}'].flatMap((template) => {
		const error = t.throws(() => render(template), {instanceOf: Fault});
		t.is(error.code, 'bad-request');
		return error.reasons;
	});
	t.true(page.includes(`\`\`\`text\n${told.join('\n')}\n\`\`\``), told.join('\n'));
});
