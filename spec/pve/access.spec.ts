import test from 'ava';
import type {TagRules} from '../../lib/doctor/facts.ts';
import {probeEndpoint} from '../../lib/pve/probe.ts';
import {systemClock} from '../../lib/time/clock.ts';
import {bare, fails, knownFingerprint, no, ok, page, serveScript, token, withScript} from './with-script.ts';

test(
	'the token’s privileges on a path are asked for that path alone; a path that is left out has none',
	withScript,
	[
		{on: 'GET /access/permissions?path=%2Fpool%2Fgarm', reply: ok({'/pool/garm': {'VM.Audit': 1, 'VM.Clone': 0}})},
		{on: 'GET /access/permissions?path=%2Fvms%2F1', reply: ok({})},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.privilegesOn('/pool/garm'), ['VM.Audit', 'VM.Clone']);
		t.deepEqual(await cluster.privilegesOn('/vms/1'), []);
	},
);

test(
	'roles, pools and bridges are lists of names',
	withScript,
	[
		{
			on: 'GET /access/roles',
			reply: ok([
				{roleid: 'A', privs: 'VM.Audit,VM.Clone', special: 1},
				{roleid: 'B', privs: ''},
			]),
		},
		{on: 'GET /pools', reply: ok([{poolid: 'garm', comment: 'x'}])},
		{
			on: 'GET /nodes/n%2F1/network?type=any_bridge',
			reply: ok([
				{iface: 'vmbr0', type: 'bridge', active: 1},
				{iface: 'ci', type: 'vnet', active: '1'},
			]),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.roles(), {A: ['VM.Audit', 'VM.Clone'], B: []});
		t.deepEqual(await cluster.pools(), ['garm']);
		t.deepEqual(await cluster.networks('n/1'), [
			{name: 'vmbr0', vnet: false},
			{name: 'ci', vnet: true},
		]);
	},
);

const options: readonly (readonly [string, object, TagRules])[] = [
	['no rules at all', {'allowed-tags': []}, {allow: 'free', registered: []}],
	[
		'parsed rules',
		{'user-tag-access': {'user-allow': 'list', 'user-allow-list': ['ci']}, 'registered-tags': ['admin', 'prod']},
		{allow: 'list', registered: ['admin', 'prod']},
	],
	[
		'rules as they are written',
		{'user-tag-access': 'user-allow=none,user-allow-list=a;b', 'registered-tags': 'admin;prod'},
		{allow: 'none', registered: ['admin', 'prod']},
	],
	[
		'a list of tags and nothing on who may',
		{'user-tag-access': {'user-allow-list': ['ci']}},
		{allow: 'free', registered: []},
	],
];
for (const [what, told, rules] of options) {
	test(
		`the rules for tags are read from ${what}`,
		withScript,
		[{on: 'GET /cluster/options', reply: ok(told)}],
		async (t, {cluster}) => {
			t.deepEqual(await cluster.tagRules(), rules);
		},
	);
}

test(
	'a refused look names what it was about',
	withScript,
	[{on: 'GET /pools', reply: no(403, 'Permission check failed (/pool, Pool.Audit)')}],
	async (t, {cluster}) => {
		t.regex(await fails(t, cluster.pools(), 'refused', 'permission'), /^Unable to list the resource pools: /);
	},
);

const probing = {token, tls: {fingerprint: knownFingerprint}, requestTimeoutMs: 5_000, clock: systemClock};

test('an address tells its version, and how far its clock is from ours', async (t) => {
	const api = await serveScript([
		{on: 'GET /version', reply: ok({version: '9.2.11', release: '9.2'})},
		{on: 'GET /version', reply: ok({version: '9.2.11', release: '9.2'})},
	]);
	t.teardown(() => api.server.close());
	const here = await probeEndpoint(api.url, probing);
	t.like(here, {url: api.url, tokenTaken: true, version: '9.2.11', skewMs: 0});
	const late = {...systemClock, now: () => Date.now() + 100_000};
	const {skewMs = 0} = await probeEndpoint(api.url, {...probing, clock: late});
	t.true(skewMs <= -98_000 && skewMs >= -101_000, String(skewMs));
	t.deepEqual(api.complaints, []);
});

test('an address that refuses the token answers all the same', async (t) => {
	const api = await serveScript([{on: 'GET /version', reply: bare(401, 'Authentication failed!')}]);
	t.teardown(() => api.server.close());
	const probe = await probeEndpoint(api.url, probing);
	t.like(probe, {tokenTaken: false});
	t.false('trouble' in probe || 'version' in probe || 'roundTripMs' in probe);
});

test('an address that is silent, untrusted, or not PVE’s says why', async (t) => {
	t.like((await probeEndpoint('https://127.0.0.1:1', probing)).trouble, {kind: 'silent'});
	const other = await serveScript([], 'other');
	t.teardown(() => other.server.close());
	const untrusted = await probeEndpoint(other.url, probing);
	t.is(untrusted.trouble?.kind, 'tls');
	t.regex(untrusted.trouble?.why ?? '', /SHA-256 fingerprint .* which is not the configured one/);
	const proxy = await serveScript([{on: 'GET /version', reply: page(502, 'Bad Gateway', '<html>')}]);
	t.teardown(() => proxy.server.close());
	t.like((await probeEndpoint(proxy.url, probing)).trouble, {kind: 'silent', why: 'it answers 502 Bad Gateway'});
});
