import {cp, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {altered, folder, run, small} from './recorded.ts';

const refusals = '01-refusals.json';

test('a recording that agrees ends with 0, a report by name, and one line of JSON', async (t) => {
	const {code, out, err, closing} = await run(small);
	t.deepEqual({code, closing}, {code: 0, closing: {agree: 60, differ: 0, skipped: 1}}, out);
	t.true(out.startsWith('pve-9.2 (Proxmox VE 9.2): 60 of 60 compared exchanges agree, 1 skipped\n'), out);
	t.true(out.includes('  skipped   1 × directory indexes: looked at by nobody here\n'), out);
	t.is(err, `Replaying ${small}.\n`);
});

test('one answer that differs is told with both sides, and nine in ten are enough', async (t) => {
	const recording = await altered(t, refusals, (exchange, index) => {
		if (index === 2) exchange.response.statusText = 'No entry';
	});
	const {code, out, closing} = await run(recording);
	t.deepEqual({code, closing}, {code: 0, closing: {agree: 14, differ: 1, skipped: 1}}, out);
	const told = `  differs: 01-refusals 2, GET /version (no credentials at all)
    reason phrase: recorded 'No entry', simulated 'No ticket'
`;
	t.true(out.includes(told), out);
});

test('fewer than nine in ten end with 1', async (t) => {
	const recording = await altered(t, refusals, ({response}) => {
		if (response.status === 401) response.statusText = 'No entry';
	});
	const {code, out, closing} = await run(recording);
	t.deepEqual({code, closing}, {code: 1, closing: {agree: 9, differ: 6, skipped: 1}}, out);
	t.true(out.includes('Fewer than 9 in 10 agree'), out);
});

test('a recording in which nothing can be compared proves nothing and ends with 1', async (t) => {
	const recording = await altered(t, refusals, ({request}) => {
		if (!request.path.endsWith('/version')) Object.assign(request, {path: '/api2/json/cluster', method: 'GET'});
		else Object.assign(request, {headers: {'x-auth': 'a smart card'}});
	});
	const {code, out, closing} = await run(recording);
	t.deepEqual({code, closing}, {code: 1, closing: {agree: 0, differ: 0, skipped: 16}}, out);
	t.true(out.includes("× unknown credentials: nobody here knows what the recorder's name for these"), out);
});

test('a folder of folders is replayed folder by folder, and the last line adds up', async (t) => {
	const both = await folder(t);
	for (const name of ['first', 'second']) {
		await mkdir(path.join(both, name));
		await cp(path.join(small, refusals), path.join(both, name, refusals));
	}
	await mkdir(path.join(both, 'notes'));
	await writeFile(path.join(both, 'README.md'), 'two recordings');
	const {code, out, closing} = await run(both);
	t.deepEqual({code, closing}, {code: 0, closing: {agree: 30, differ: 0, skipped: 2}}, out);
	t.deepEqual(out.match(/^\w+ \(Proxmox VE 9.2\)/gm), ['first (Proxmox VE 9.2)', 'second (Proxmox VE 9.2)']);
});

test('one recording of several below nine in ten ends with 1', async (t) => {
	const both = await folder(t);
	await cp(small, path.join(both, 'good'), {recursive: true});
	const bad = await altered(t, refusals, ({response}) => {
		if (response.status === 401) response.statusText = 'No entry';
	});
	await cp(bad, path.join(both, 'bad'), {recursive: true});
	const {code, closing} = await run(both);
	t.deepEqual({code, closing}, {code: 1, closing: {agree: 69, differ: 6, skipped: 2}});
});

test('--json tells the same to programs, a line each', async (t) => {
	const recording = await altered(t, refusals, (exchange, index) => {
		if (index === 2) exchange.response.status = 403;
	});
	const {code, out} = await run(recording, '--json');
	t.is(code, 0);
	const lines = out
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	const name = path.basename(recording);
	t.deepEqual(lines.slice(0, 1), [
		{
			...{recording: name, file: '01-refusals', index: 2, method: 'GET', target: '/api2/json/version'},
			...{note: 'no credentials at all', outcome: 'differ'},
			why: ['status: recorded 403 No ticket, simulated 401 No ticket'],
		},
	]);
	t.like(lines[1], {outcome: 'skipped', name: 'directory indexes', why: 'looked at by nobody here'});
	t.deepEqual(lines.slice(-2), [
		{recording: name, pveVersion: '9.2', agree: 14, differ: 1, skipped: 1},
		{agree: 14, differ: 1, skipped: 1},
	]);
});

test('--help teaches, and ends with 0', async (t) => {
	const {code, out, err} = await run('--help');
	t.deepEqual({code, err}, {code: 0, err: ''});
	for (const taught of ['Usage: ', 'Exits with 0', 'Examples:', '--json', '{"agree":N'])
		t.true(out.includes(taught), taught);
});

const mistakes: readonly {
	readonly of: string;
	readonly file?: readonly [string, string];
	readonly args: (folder: string) => readonly string[];
	readonly says: RegExp;
}[] = [
	{of: 'no DIR', args: () => [], says: /^DIR is missing: the folder of a recording\.\n\nUsage: /},
	{of: 'two DIRs', args: () => ['a', 'b'], says: /^One DIR at a time, not a and b\.\n\nUsage: /},
	{of: 'an unknown option', args: () => ['--jsno', 'a'], says: /^Unknown option '--jsno'.*\n\nUsage: /},
	{of: 'a DIR that is not there', args: () => ['/nowhere/at/all'], says: /^\/nowhere\/at\/all does not exist\.\n$/},
	{
		...{of: 'a file as DIR', file: ['01-a.json', '[]']},
		...{args: (made) => [path.join(made, '01-a.json')], says: /01-a\.json is no folder\.\n$/},
	},
	{
		...{of: 'a DIR without transcripts', file: ['notes.txt', '']},
		...{
			args: (made) => [made],
			says: /holds no transcripts: neither it nor a folder right below it has a file named like/,
		},
	},
	{
		...{of: 'a transcript that is cut', file: ['01-a.json', '[{"request":']},
		...{args: (made) => [made], says: /01-a\.json is no JSON: /},
	},
	{
		...{of: 'a transcript of something else', file: ['01-a.json', '{"hello": 1}']},
		...{args: (made) => [made], says: /01-a\.json is no transcript: a list of exchanges was expected/},
	},
	{
		...{of: 'an exchange without an answer', file: ['01-a.json', '[{"request": {"method": "GET", "path": "/"}}]']},
		...{args: (made) => [made], says: /01-a\.json: entry 0 has a request without method, path or answer/},
	},
	{
		...{of: 'a recording of no known version', file: ['01-a.json', '[]']},
		...{args: (made) => [made], says: /holds no answer of GET \/version, so nobody knows what to simulate\./},
	},
	{
		of: 'a recording of Proxmox VE 7',
		file: [
			'01-a.json',
			JSON.stringify([
				{
					request: {method: 'GET', path: '/api2/json/version', headers: {'x-auth': 'token:root@pam!full'}},
					response: {status: 200, statusText: 'OK', headers: {}, body: {data: {version: '7.4-3'}}},
				},
			]),
		],
		args: (made) => [made],
		says: /was recorded with Proxmox VE 7\.4-3; 8 and 9 are simulated\./,
	},
];

for (const {of, file, args, says} of mistakes) {
	test(`${of} ends with 2 and a sentence that says so`, async (t) => {
		const made = await folder(t);
		if (file !== undefined) await writeFile(path.join(made, file[0]), file[1]);
		const {code, out, err} = await run(...args(made));
		t.deepEqual({code, out}, {code: 2, out: ''});
		t.regex(err.replace(/^Replaying .*\n/, ''), says);
	});
}
