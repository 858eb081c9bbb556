import {readFile, writeFile} from 'node:fs/promises';
import type {AddressInfo, Socket} from 'node:net';
import {createServer} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import {runProviderProcess} from '../../tools/demo/provider-process.ts';
import {bootstrap, type Garm, withGarm} from '../helper/with-garm.ts';
import {readPem} from '../pve/with-script.ts';

const request = bootstrap({
	name: 'garm-1',
	'instance-token': 'eyJhbGciOiJIUzI1NiJ9.instance-token-of-this-spec',
	proxy_config: {http_proxy: 'http://user:proxy-passw0rd@proxy.lan:3128', https_proxy: '', no_proxy: ''},
});

/** Rewrites the provider's config. */
async function edit({configFile}: Garm, from: RegExp, to: string): Promise<void> {
	const text = await readFile(configFile, 'utf8');
	await writeFile(configFile, text.replace(from, to));
}

test(
	'the most talkative log, of work that succeeds and of work that fails, holds no secret',
	withGarm({}, async (t, garm) => {
		await edit(garm, /\n\[tls\]/, '\n[log]\nlevel = "debug"\n\n[tls]');
		const env = {
			GARM_CONTROLLER_ID: 'f9286791-1589-4f39-a106-5b68c2a18af4',
			GARM_PROVIDER_CONFIG_FILE: garm.configFile,
			GARM_COMMAND: 'CreateInstance',
		};
		const secrets = [
			...Object.values(garm.simulator.tokens),
			'instance-token-of-this-spec',
			'proxy-passw0rd',
			...Object.values((request.extra_specs as {pre_install_scripts: Record<string, string>}).pre_install_scripts),
		];
		const fine = await runProviderProcess(env, JSON.stringify(request));
		t.is(fine.exitCode, 0);
		t.regex(fine.stderr, /Asked PVE .*"\/cluster\/resources"/);
		garm.simulator.faults.add({match: {operation: 'start'}, effect: {kind: 'task', exitstatus: 'start failed: x'}});
		const failed = await runProviderProcess(env, JSON.stringify({...request, name: 'garm-2'}));
		t.is(failed.exitCode, 1);
		for (const secret of secrets) t.false(JSON.stringify([fine, failed]).includes(secret), secret);
	}),
);

test(
	'a token that the cluster does not know is told by its name, never by its secret',
	withGarm({}, async (t, garm) => {
		await edit(garm, /secret = ".*"/, 'secret = "00000000-dead-4bad-8bad-000000000000"');
		const {exitCode, stdout, stderr} = await garm.ask('ListInstances', {GARM_POOL_ID: ''});
		t.like({exitCode, stdout}, {exitCode: 1, stdout: ''});
		t.regex(stderr, /Authentication failed!.* The API token is garm@pve!runner\./);
		t.false(stderr.includes('dead'));
	}),
);

test(
	'a config that cannot be read shows nothing of itself',
	withGarm({}, async (t, garm) => {
		await edit(garm, /secret = "/, 'secret = "unclosed');
		await edit(garm, /"\n\n\[storage\]/, '\n\n[storage]');
		const {exitCode, stderr} = await garm.ask('ListInstances', {GARM_POOL_ID: ''});
		t.is(exitCode, 1);
		t.regex(stderr, /^Config .*proxmox\.toml cannot be used: /);
		t.false(stderr.includes('unclosed'));
	}),
);

test(
	'to a server with another certificate than the pinned one not one byte of a request goes',
	withGarm({}, async (t, garm) => {
		let connections = 0;
		let bytes = 0;
		const server = createTlsServer({key: readPem('other-key'), cert: readPem('other-cert')}, (socket) => {
			socket.on('data', (chunk) => {
				bytes += chunk.length;
			});
			socket.on('error', () => undefined);
		});
		server.on('connection', () => connections++);
		const port = await listening(t, server);
		await edit(garm, /^url = .*$/m, `url = "https://127.0.0.1:${port}"`);
		const {exitCode, stderr} = await garm.create(request);
		t.is(exitCode, 1);
		t.regex(
			stderr,
			/is not trusted: its certificate has the SHA-256 fingerprint [0-9A-F:]{95}, which is not the configured one/,
		);
		t.true(connections > 0);
		t.is(bytes, 0);
	}),
);

test(
	'the proxies that GARM hands on see nothing of it',
	withGarm({}, async (t, garm) => {
		const seen: Socket[] = [];
		const port = await listening(
			t,
			createServer((socket) => seen.push(socket)),
		);
		const proxy = `http://user:secret-of-proxy@127.0.0.1:${port}`;
		const variables = Object.fromEntries(
			['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, proxy]),
		);
		t.is((await garm.create(request, {...variables, no_proxy: '', NO_PROXY: ''})).exitCode, 0);
		t.is((await garm.ask('DeleteInstance', {...variables, GARM_INSTANCE_ID: 'garm-1'})).exitCode, 0);
		t.is(seen.length, 0);
	}),
);

/** The port of a server on loopback that lives as long as the spec. */
async function listening(t: ExecutionContext, server: ReturnType<typeof createServer>): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close());
	return (server.address() as AddressInfo).port;
}
