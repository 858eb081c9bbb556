import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {Fault} from '../../lib/fault.ts';
import {renderInstallScript} from '../../lib/seed/install.ts';
import type {SeedInput} from '../../lib/seed/view.ts';

const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/install-template.md'), 'utf8');

const input: SeedInput = {
	runnerName: 'garm-ny9heeqyw2rl',
	hostName: 'garm-ny9heeqyw2rl',
	instanceId: 'garm-ny9heeqyw2rl',
	os: 'linux',
	arch: 'amd64',
	tool: {downloadUrl: 'https://example.net/runner.tar.gz', fileName: 'runner.tar.gz', token: '', sha256: ''},
	repoUrl: 'https://github.com/example-org/example-repo',
	callbackUrl: 'https://garm.example.net/api/v1/callbacks',
	metadataUrl: 'https://garm.example.net/api/v1/metadata',
	instanceToken: 'a-token',
	sshKeys: [],
	runnerGroup: '',
	caBundlePem: '',
	labels: ['a', 'b'],
	jit: false,
	updatesOnBoot: true,
	extraPackages: [],
	bootDebug: false,
	installTemplate: undefined,
	preInstallScripts: {},
	extraContext: {},
	proxy: {http: '', https: '', none: ''},
	format: 'nocloud',
};

function render(installTemplate: string, extraContext: Readonly<Record<string, string>> = {}): string {
	return renderInstallScript({...input, installTemplate, extraContext});
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
