import test from 'ava';
import {isFault} from '../../lib/fault.ts';
import {askGarm} from '../../lib/garm/api.ts';
import {readKnownFile} from '../../lib/garm/known-names.ts';
import {controller} from '../helper/a-vm.ts';
import {garmToken, startFakeGarm} from '../helper/fake-garm.ts';

const read = (text: string) => [...readKnownFile(text, '--known x')];

test('a file of names holds one per line; blank lines, comments and line ends of Windows do not count', (t) => {
	t.deepEqual(read('r-1\n\n# of today\r\n  r-2\r\n'), ['r-1', 'r-2']);
});

test("GARM's own JSON list is taken, with names and provider ids, and an empty one means none", (t) => {
	t.deepEqual(
		read('[{"name": "r-1", "provider_id": "r-1", "status": "running"}, {"name": "r-2", "provider_id": "x"}]'),
		['r-1', 'r-2', 'x'],
	);
	t.deepEqual(read(' [] \n'), []);
});

for (const [text, why] of [
	['', 'write \\[\\]'],
	[' \n\n', 'write \\[\\]'],
	['# nothing\n', 'write \\[\\]'],
	['null', 'write \\[\\]'],
	['[{"name": "r-1"', 'cut off'],
	['{"error": "unauthorized"}', "no list of GARM's instances"],
	['[{"id": 1}]', "no list of GARM's instances"],
	['[{"name": ""}]', "no list of GARM's instances"],
	['["r-1"]', "no list of GARM's instances"],
	['Error: not found\n', 'a blank'],
	['| r-1 | running |', 'a blank'],
] as const) {
	test(`what a failed command leaves is no list of names: ${JSON.stringify(text)}`, (t) => {
		const error = t.throws(() => read(text));
		t.true(isFault(error, 'bad-request'));
		t.regex(error?.message ?? '', new RegExp(why));
	});
}

const access = {token: garmToken, timeoutMs: 20_000} as const;

test('GARM is asked who it is and what it knows, and nothing else', async (t) => {
	const garm = await startFakeGarm(t, {runners: ['r-1', 'r-2']});
	for (const url of [garm.url, `${garm.url}/`, `${garm.url}/api/v1/`]) {
		const told = await askGarm({...access, url, caPem: garm.caPem});
		t.deepEqual(told, {controller, names: new Set(['r-1', 'r-2'])});
	}
	t.deepEqual([...new Set(garm.requests)], ['GET /api/v1/controller-info', 'GET /api/v1/instances']);
});

test('a GARM without a runner knows none', async (t) => {
	const {url} = await startFakeGarm(t, {runners: null, tls: false});
	t.deepEqual((await askGarm({...access, url})).names, new Set());
});

test('every failure is a sentence without the token', async (t) => {
	const fails = async (url: string, why: RegExp, more: {readonly token?: string; readonly caPem?: string} = {}) => {
		const error = await t.throwsAsync(askGarm({...access, url, ...more}));
		if (!isFault(error)) throw error;
		t.regex(error.message, why);
		t.false(JSON.stringify([error.message, error.facts, error.reasons, String(error.cause)]).includes('token-of-garm'));
	};
	const garm = await startFakeGarm(t);
	await fails(garm.url, /cannot be asked \(.*SELF_SIGNED.*\).*--garm-ca-file/);
	await fails(garm.url, /does not take the token \(401\)/, {caPem: garm.caPem, token: 'wrong-token-of-garm'});
	const answering = async (status: number, body: string) =>
		(await startFakeGarm(t, {tls: false, answer: {status, body}})).url;
	await fails(await answering(200, '<html>'), /answers no JSON to \/controller-info/);
	await fails(await answering(200, '{}'), /does not tell its controller id/);
	await fails(await answering(502, ''), /answers 502 to \/controller-info/);
	await fails(await answering(301, ''), /answers 301/);
	await fails('http://127.0.0.1:1', /cannot be asked \(ECONNREFUSED\)/);
	await fails('http://garm.example.com', /http is for this machine only/);
	await fails('ftp://127.0.0.1', /must be like https/);
	await fails('https://user:token-of-garm@127.0.0.1', /must be like https/);
});
