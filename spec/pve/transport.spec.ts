import {createServer as createHttpServer, type Server as HttpServer} from 'node:http';
import {get} from 'node:https';
import {
	type AddressInfo,
	connect as connectTcp,
	createServer as createTcpServer,
	type Server,
	type Socket,
} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {inspect} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {connectPve, type PveOptions} from '../../lib/pve/connect.ts';
import {dial} from '../../lib/pve/dial.ts';
import {SocketAgent} from '../../lib/pve/socket-agent.ts';
import {trustFrom} from '../../lib/pve/trust.ts';
import {
	bare,
	cut,
	type Exchange,
	fails,
	fastClock,
	hangUp,
	knownFingerprint,
	no,
	ok,
	optionsFor,
	page,
	readPem,
	serveScript,
	silence,
	token,
	withScript,
} from './with-script.ts';

const nextid: Exchange = {on: 'GET /cluster/nextid?vmid=200', reply: ok('200')};
const configure: Exchange = {on: 'PUT /nodes/pve/qemu/200/config', form: {cores: '4'}, reply: ok(null)};
const fourCores = {do: 'configure', vmid: 200, node: 'pve', set: {cores: 4}, remove: []} as const;

const trusts = test.macro({
	title: (_title, how: string) => `a certificate is trusted ${how}`,
	exec: (t, _how: string, tls: PveOptions['tls']) =>
		withScript.exec(
			t,
			[nextid, configure],
			async (t, {cluster}) => {
				t.true(await cluster.isVmidFree(200));
				await cluster.configure(fourCores);
			},
			{tls},
		),
});
const plainPin = knownFingerprint.replaceAll(':', '').toLowerCase();
test(trusts, 'by its fingerprint', {fingerprint: knownFingerprint});
test(trusts, 'by its fingerprint without colons, in small letters', {fingerprint: plainPin});
test(trusts, 'by one of several fingerprints', {fingerprint: ['0'.repeat(64), plainPin]});
test(trusts, 'by its CA', {caPem: readPem('known-cert')});
test(trusts, 'whatever it is, when that is said', {insecure: true});

const distrusts = test.macro({
	title: (_title, how: string) => `not one byte of a request goes to a certificate ${how}`,
	async exec(t, _how: string, tls: PveOptions['tls']) {
		let seen = '';
		const server = createTlsServer({key: readPem('other-key'), cert: readPem('other-cert')}, (socket) => {
			socket.on('data', (data) => {
				seen += data.toString('latin1');
			});
			socket.on('error', () => {});
		});
		const url = `https://127.0.0.1:${await listen(t, server)}`;
		const clock = fastClock();
		// The second address is never tried: what is wrong is no matter of the network.
		const cluster = connectPve(optionsFor(url, clock, {tls, urls: [url, 'https://127.0.0.1:1']}));
		const message = await fails(t, cluster.isVmidFree(200), 'unreachable', 'tls');
		await fails(t, cluster.configure(fourCores), 'unreachable', 'tls');
		t.regex(message, /Nothing was sent\. Check the configured fingerprint or CA/);
		t.is(seen, '');
		t.deepEqual(clock.slept, []);
	},
});
test(distrusts, 'with another fingerprint', {fingerprint: knownFingerprint});
test(distrusts, 'of another CA', {caPem: readPem('known-cert')});
test(distrusts, 'that the system does not know', {});
test(distrusts, 'with another fingerprint, although insecure is said too', {
	fingerprint: knownFingerprint,
	insecure: true,
});

test('an address that is not https and a fingerprint that is none are refused before anything is sent', (t) => {
	const options = optionsFor('https://127.0.0.1:1', fastClock());
	for (const changes of [{urls: ['http://127.0.0.1:8006']}, {urls: ['pve:8006']}, {tls: {fingerprint: 'AB:CD'}}]) {
		const error = t.throws(() => connectPve({...options, ...changes}));
		t.like(error, {code: 'bad-request'});
	}
});

test('proxies of the environment are not looked at', async (t) => {
	const api = await serveScript([nextid]);
	t.teardown(() => closeAll(api.server));
	process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
	process.env.https_proxy = 'http://127.0.0.1:1';
	const cluster = connectPve(optionsFor(api.url, fastClock()));
	t.true(await cluster.isVmidFree(200));
	cluster.close();
});

test('a configured proxy carries the connection and sees nothing of it; the pin still holds', async (t) => {
	const [known, other] = await Promise.all([serveScript([nextid, configure]), serveScript([], 'other')]);
	t.teardown(() => [known, other].map(({server}) => closeAll(server)));
	const asked: (string | undefined)[] = [];
	const proxy = createHttpServer().on('connect', (request, socket: Socket) => {
		asked.push(request.url, request.headers['proxy-authorization']);
		const [host, port] = (request.url ?? '').split(':');
		const onward = connectTcp(Number(port), host, () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			onward.pipe(socket).pipe(onward);
		});
		for (const each of [socket, onward]) each.on('error', () => {});
	});
	const through = {proxy: `http://me:p%40ss@127.0.0.1:${await listen(t, proxy)}`};

	const cluster = connectPve(optionsFor(known.url, fastClock(), through));
	t.true(await cluster.isVmidFree(200));
	await cluster.configure(fourCores);
	cluster.close();
	t.deepEqual(asked, [new URL(known.url).host, `Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
	t.deepEqual(known.complaints, []);

	await fails(t, connectPve(optionsFor(other.url, fastClock(), through)).isVmidFree(200), 'unreachable', 'tls');
	t.deepEqual(other.complaints, []);
});

test('a proxy that refuses means that nothing was sent', async (t) => {
	const proxy = createHttpServer().on('connect', (_request, socket) => {
		socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
	});
	const through = {proxy: `http://127.0.0.1:${await listen(t, proxy)}`};
	const cluster = connectPve(optionsFor('https://127.0.0.1:1', fastClock(), through));
	t.regex(await fails(t, cluster.configure(fourCores), 'unreachable', 'never-sent'), /it answered 407/);
});

test('one connection serves calls one after another and is left before its hundredth request', async (t) => {
	const api = await serveScript(Array.from({length: 100}, () => nextid));
	t.teardown(() => closeAll(api.server));
	const requests: number[] = [];
	api.server.on('secureConnection', () => requests.push(0));
	api.server.on('request', () => {
		requests[requests.length - 1] = (requests.at(-1) ?? 0) + 1;
	});
	const cluster = connectPve(optionsFor(api.url, fastClock()));
	for (let calls = 0; calls < 100; calls++) await cluster.isVmidFree(200);
	cluster.close();
	t.deepEqual(requests, [90, 10]);
});

test('an idle connection is closed before pveproxy closes it', async (t) => {
	const api = await serveScript([nextid]);
	t.teardown(() => closeAll(api.server));
	const line = {trust: trustFrom({fingerprint: knownFingerprint}), timeoutMs: 5_000};
	const agent = new SocketAgent((target) => dial(target, line, new AbortController().signal));
	t.teardown(() => agent.destroy());
	await new Promise<void>((resolve, reject) => {
		const headers = {authorization: `PVEAPIToken=${token.id}=${token.secret}`};
		get(`${api.url}/api2/json/cluster/nextid?vmid=200`, {agent, headers}, (response) => {
			response.resume().on('end', resolve);
		}).on('error', reject);
	});
	await new Promise((resolve) => setImmediate(resolve));
	t.deepEqual(
		Object.values(agent.freeSockets).flatMap((each) => each?.map(({timeout}) => timeout)),
		[3_000],
	);
});

test('calls at the same time share four connections', async (t) => {
	const api = await serveScript(Array.from({length: 20}, () => nextid));
	t.teardown(() => closeAll(api.server));
	let connections = 0;
	api.server.on('secureConnection', () => connections++);
	const cluster = connectPve(optionsFor(api.url, fastClock()));
	const answers = await Promise.all(Array.from({length: 20}, () => cluster.isVmidFree(200)));
	cluster.close();
	t.true(answers.every((free) => free));
	t.true(connections <= 4, String(connections));
	t.deepEqual(api.complaints, []);
});

test('an entry that takes no connection is passed over, for writes too, and stays so', async (t) => {
	const api = await serveScript([configure, nextid]);
	t.teardown(() => closeAll(api.server));
	const clock = fastClock();
	const mute = createTcpServer((socket) => socket.destroy());
	const urls = ['https://127.0.0.1:1', `https://127.0.0.1:${await listen(t, mute)}`, api.url];
	const cluster = connectPve(optionsFor(api.url, clock, {urls}));
	await cluster.configure(fourCores);
	t.true(await cluster.isVmidFree(200));
	cluster.close();
	t.deepEqual([api.complaints, clock.slept], [[], []]);
});

test('with no entry left a write was never sent, and a read is tried again for a while', async (t) => {
	const clock = fastClock();
	const urls = ['https://127.0.0.1:1', 'https://nowhere.invalid:8006'];
	const cluster = connectPve(optionsFor('', clock, {urls}));
	await fails(t, cluster.configure(fourCores), 'unreachable', 'never-sent');
	t.deepEqual(clock.slept, []);
	await fails(t, cluster.isVmidFree(200), 'unreachable', 'never-sent');
	t.deepEqual(clock.slept, [200, 500, 1_250, 3_000]);
});

test('595 is about the node meant, not about the entry asked', async (t) => {
	const api = await serveScript([{...configure, reply: bare(595, 'No route to host')}, configure]);
	const unused = await serveScript([]);
	t.teardown(() => [api, unused].map(({server}) => closeAll(server)));
	const cluster = connectPve(optionsFor(api.url, fastClock(), {urls: [api.url, unused.url]}));
	await fails(t, cluster.configure(fourCores), 'unreachable', 'node-unreachable');
	await cluster.configure(fourCores);
	cluster.close();
	t.deepEqual([api.complaints, unused.complaints], [[], []]);
});

const lost: readonly (readonly [string, Exchange['reply']])[] = [
	['a connection that breaks after sending', hangUp],
	['a page that is cut in the middle', cut],
	['half a page that looks complete', page(200, 'OK', '{"data":[{"type":', 'application/json;charset=UTF-8')],
	['an HTML page with status 200', page(200, 'OK', '<html>Log in</html>')],
	['an empty page', page(200, 'OK', '')],
	['502 of a reverse proxy', page(502, 'Bad Gateway', '<html>502</html>')],
	['503', bare(503, 'Service Unavailable')],
	['504', bare(504, 'Gateway Time-out')],
	['500 as an HTML page', page(500, 'Internal Server Error', '<html>500</html>')],
	['596', bare(596, 'Broken pipe')],
	['599', bare(599, 'Too many redirections')],
];
const isLost = test.macro({
	title: (_title, what: string) => `after ${what} a read is asked again and a write is not`,
	exec: (t, _what: string, reply: Exchange['reply']) =>
		withScript.exec(
			t,
			[{...nextid, reply}, {...nextid, reply}, nextid, {...configure, reply}],
			async (t, {cluster, clock}) => {
				t.true(await cluster.isVmidFree(200));
				t.deepEqual(clock.slept, [200, 500]);
				await fails(t, cluster.configure(fourCores), 'unreachable', 'outcome-unknown');
			},
		),
});
for (const [what, reply] of lost) test(isLost, what, reply);

const stays = test.macro({
	title: (_title, what: string) => `a read that always ends in ${what} is given up after five tries`,
	exec: (t, _what: string, reply: Exchange['reply'], kind: 'no-answer' | 'not-whole') =>
		withScript.exec(
			t,
			Array.from({length: 5}, () => ({...nextid, reply})),
			async (t, {cluster}) => {
				await fails(t, cluster.isVmidFree(200), 'unreachable', kind);
			},
		),
});
test(stays, '596', bare(596, 'Broken pipe'), 'no-answer');
test(stays, 'a broken connection', hangUp, 'no-answer');
test(stays, 'HTML', page(200, 'OK', '<html></html>'), 'not-whole');

const staysSilent = test.macro({
	title: (_title, status: number, reason: string, tries: number) =>
		`a read that always ends in ${status} ${reason} is given up after ${tries} tries`,
	exec: (t, status: number, reason: string, tries: number, kind: 'no-answer' | 'node-unreachable') =>
		withScript.exec(
			t,
			Array.from({length: tries}, () => ({...nextid, reply: bare(status, reason)})),
			async (t, {cluster}) => {
				await fails(t, cluster.isVmidFree(200), 'unreachable', kind);
			},
		),
});
test(staysSilent, 596, 'Connection timed out', 2, 'no-answer');
test(staysSilent, 595, 'Connection timed out', 2, 'node-unreachable');
test(staysSilent, 595, 'No route to host', 3, 'node-unreachable');

const saidOnce = test.macro({
	title: (_title, what: string) => `${what} is not asked again`,
	exec: (t, _what: string, reply: Exchange['reply'], kind: 'auth' | 'permission' | 'unknown' | 'not-whole') =>
		withScript.exec(t, [{...nextid, reply}], async (t, {cluster}) => {
			await fails(t, cluster.isVmidFree(200), kind === 'not-whole' ? 'unreachable' : 'refused', kind);
		}),
});
test(saidOnce, '401', bare(401, 'No ticket'), 'auth');
test(saidOnce, '403', no(403, 'Permission check failed (/vms/9, VM.Audit)'), 'permission');
test(saidOnce, '500', no(500, 'something'), 'unknown');
test(saidOnce, 'a redirection', page(301, 'Moved', '<html></html>'), 'not-whole');

test(
	'the reason phrase tells what a pve-http-server before 5.2.0 does not tell in the body',
	withScript,
	[
		{
			...configure,
			reply: page(500, 'VM is locked (backup)', '{"data":null}', 'application/json;charset=UTF-8'),
		},
	],
	async (t, {cluster}) => {
		await fails(t, cluster.configure(fourCores), 'busy', 'locked');
	},
);

test("a write that nobody answers in time has an unknown outcome; then the run's time is over", async (t) => {
	const api = await serveScript([nextid, {...configure, reply: silence}]);
	t.teardown(() => closeAll(api.server));
	let left = 10_000;
	const deadline = {
		remainingMs: () => left,
		check(waitedFor: string) {
			if (left === 0) throw new Error(`time is over: ${waitedFor}`);
		},
		renew() {},
		stop: new AbortController().signal,
	};
	const cluster = connectPve(optionsFor(api.url, fastClock(), {deadline}));
	await cluster.isVmidFree(200);
	left = 20;
	await fails(t, cluster.configure(fourCores), 'unreachable', 'outcome-unknown');
	left = 0;
	await t.throwsAsync(cluster.configure(fourCores), {message: 'time is over: PUT /nodes/pve/qemu/200/config'});
	cluster.close();
	t.deepEqual(api.complaints, []);
});

test(
	'each call is one line in the debug log, without a body',
	withScript,
	[configure, {...nextid, reply: bare(596, 'Broken pipe')}, nextid],
	async (t, {cluster, logged}) => {
		await cluster.configure(fourCores);
		await cluster.isVmidFree(200);
		t.deepEqual(
			logged.map((line) => line.slice(line.indexOf(' debug'))),
			[
				' debug Asked PVE method="PUT" path="/nodes/pve/qemu/200/config" status=200 ms=0\n',
				' debug Asked PVE method="GET" path="/cluster/nextid" status=596 ms=0\n',
				' debug Asked PVE method="GET" path="/cluster/nextid" status=200 ms=0\n',
			],
		);
	},
);

test("no fault shows the token's secret, however deep it is printed", async (t) => {
	const reply = hangUp;
	const api = await serveScript([
		{...configure, reply},
		{...configure, reply: bare(401, 'No ticket')},
	]);
	t.teardown(() => closeAll(api.server));
	const cluster = connectPve(optionsFor(api.url, fastClock()));
	const closed = connectPve(optionsFor('https://127.0.0.1:1', fastClock()));
	for (const each of [cluster, cluster, closed]) {
		const error = await t.throwsAsync(each.configure(fourCores));
		const shown = inspect(error, {depth: 20, showHidden: true});
		t.false(shown.includes(token.secret) || shown.includes('Authorization'));
	}
});

async function listen(t: ExecutionContext, server: Server | HttpServer): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close());
	return (server.address() as AddressInfo).port;
}

function closeAll(server: Awaited<ReturnType<typeof serveScript>>['server']): void {
	server.closeAllConnections();
	server.close();
}
