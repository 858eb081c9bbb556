import test from 'ava';
import {readRawBootstrap} from '../../lib/main/raw-bootstrap.ts';
import {createSecrets, passwordsIn, secretsOf} from '../../lib/main/secrets.ts';
import {bootstrap} from '../helper/bootstrap.ts';

test('what can be read of a request is read, whatever the rest is', (t) => {
	const {
		secrets: _,
		extraSpecs,
		...texts
	} = readRawBootstrap(
		JSON.stringify({...bootstrap(), arch: 'i386', tools: 7, flavor: 7, image: '', proxy_config: null}),
	);
	t.is(typeof extraSpecs, 'object');
	t.deepEqual(texts, {
		name: 'garm-ny9heeqyw2rl',
		poolId: '9dcf590a-1192-4a9c-b3e4-e0902974c2c0',
		os: 'linux',
		arch: 'i386',
	});
});

for (const text of ['', '{', 'null', '7', '"text"', '[]', '[{"name": "x"}]']) {
	test(`of ${JSON.stringify(text)} nothing can be read`, (t) => {
		const {secrets, name, extraSpecs} = readRawBootstrap(text);
		t.deepEqual({secrets, name, extraSpecs}, {secrets: [], name: undefined, extraSpecs: undefined});
	});
}

test('the secrets of a request are its tokens and the passwords of its proxies', (t) => {
	const {secrets} = readRawBootstrap(
		JSON.stringify({
			'instance-token': 'jwt',
			tools: [null, 7, {temp_download_token: 'ghs_1'}, {temp_download_token: null}],
			proxy_config: {http_proxy: 'http://me:p%40ss@proxy:3128', https_proxy: 'http://proxy', no_proxy: 7},
		}),
	);
	t.deepEqual(secrets, ['jwt', 'ghs_1', 'p%40ss', 'p@ss']);
});

const holds = test.macro({
	exec: (t, address: unknown, ...expected: readonly string[]) => t.deepEqual(passwordsIn(address), expected),
	title: (_, address: unknown, ...expected: readonly string[]) =>
		`${JSON.stringify(address)} holds ${expected.length === 0 ? 'no password' : expected.join(' and ')}`,
});
test(holds, 'http://proxy:3128');
test(holds, 'http://me@proxy:3128');
test(holds, 'me:pass@proxy');
test(holds, undefined);
test(holds, 'http://me:pass@proxy', 'pass', 'pass');
test(holds, 'http://me:p@:s@proxy:3128', 'p@:s', 'p@:s');
test(holds, 'socks5h://me:a%zz@proxy', 'a%zz');

test('what a run has come to know is hidden from then on', (t) => {
	const secrets = createSecrets();
	t.is(secrets.hide('one-secret'), 'one-secret');
	secrets.add('one-secret');
	secrets.add(...secretsOf({token: {id: 'a@pve!b', secret: 'token-secret'}, proxy: 'http://me:proxy-password@p:1'}));
	t.is(secrets.hide('one-secret token-secret proxy-password a@pve!b'), '[secret] [secret] [secret] a@pve!b');
});
