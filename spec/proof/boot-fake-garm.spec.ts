import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {request} from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type FakeGarm, type FakeGarmSetup, startFakeGarm} from '../../tools/proof/boot/fake-garm.ts';

interface Reply {
	readonly status: number;
	readonly body: string;
}

type Ask = (method: string, path: string, body?: string, token?: string) => Promise<Reply>;

const token = 'spec-instance-token';

function withGarm(
	changes: Partial<FakeGarmSetup>,
	body: (t: ExecutionContext, garm: FakeGarm, ask: Ask) => Promise<void>,
) {
	return async (t: ExecutionContext) => {
		const packages = await mkdtemp(path.join(os.tmpdir(), 'garm-spec-'));
		await writeFile(path.join(packages, 'Packages'), 'Package: spec\n');
		const garm = await startFakeGarm({
			runnerName: 'garm-spec',
			instanceToken: token,
			jit: true,
			installScript: undefined,
			archive: Buffer.from('archive'),
			packages,
			questions: {},
			...changes,
		});
		const ask: Ask = (method, path, body = '', bearer = token) =>
			new Promise((resolve, reject) => {
				const headers = {authorization: `Bearer ${bearer}`};
				// The path is sent as it is: a proxy is asked with a whole address.
				request({host: '127.0.0.1', port: garm.port, method, path, headers}, (response) => {
					const chunks: Buffer[] = [];
					response.on('data', (chunk: Buffer) => chunks.push(chunk));
					response.on('end', () => resolve({status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString()}));
				})
					.on('error', reject)
					.end(body);
			});
		try {
			await body(t, garm, ask);
		} finally {
			await garm.close();
			await rm(packages, {recursive: true});
		}
	};
}

const status = (status: string, message: string, more: object = {}) => JSON.stringify({status, message, ...more});

test(
	'only the token of the runner opens metadata and callbacks',
	withGarm({}, async (t, garm, ask) => {
		t.is((await ask('GET', '/api/v1/metadata/system/service-name', '', 'another')).status, 401);
		t.is((await ask('POST', '/api/v1/callbacks/status', status('idle', 'done'), 'another')).status, 401);
		t.true(garm.timeline.every((line) => line.startsWith('refused ')));
		t.is(
			(await ask('GET', '/api/v1/metadata/system/service-name')).body,
			'actions.runner.example-org-example-repo.garm-spec',
		);
	}),
);

test(
	'every call is written down in order, and after the last status no metadata is given',
	withGarm({}, async (t, garm, ask) => {
		await ask('POST', '/api/v1/callbacks/status', status('installing', 'begins'));
		await ask('GET', '/api/v1/metadata/credentials/runner');
		await ask(
			'POST',
			'/api/v1/callbacks/system-info/',
			JSON.stringify({os_name: 'Debian', os_version: '12', agent_id: null}),
		);
		await ask('POST', '/api/v1/callbacks/status/', status('idle', 'done', {agent_id: 7}));
		t.is((await ask('GET', '/api/v1/metadata/credentials/runner')).status, 401);
		t.deepEqual(garm.timeline, [
			'status installing: begins',
			'gives credentials/runner',
			'system-info Debian 12',
			'status idle (agent 7): done',
			'refused credentials/runner: the runner is idle',
		]);
	}),
);

test(
	'a status that GARM does not know is refused',
	withGarm({}, async (t, garm, ask) => {
		t.is((await ask('POST', '/api/v1/callbacks/status', status('finished', 'done'))).status, 400);
		t.is((await ask('POST', '/api/v1/callbacks/status', 'no JSON')).status, 500);
		t.deepEqual(
			garm.timeline.map((line) => line.split(' ')[0]),
			['refused', 'refused'],
		);
	}),
);

test(
	'a registration token is given once, and the forge takes no other',
	withGarm({jit: false}, async (t, garm, ask) => {
		const {body} = await ask('GET', '/api/v1/metadata/runner-registration-token/');
		t.not(body, '');
		t.is((await ask('GET', '/api/v1/metadata/runner-registration-token/')).status, 401);
		t.is((await ask('POST', '/example-org/example-repo/register', '--name\0a b\0')).status, 401);
		t.is((await ask('GET', '/api/v1/metadata/credentials/runner')).status, 404);
		t.is(garm.timeline[0], 'gives runner-registration-token');
	}),
);

test(
	'beside a just-in-time config there is no registration token',
	withGarm({}, async (t, _garm, ask) => {
		t.is((await ask('GET', '/api/v1/metadata/runner-registration-token/')).status, 401);
	}),
);

test(
	'as a proxy it gives the package source, and nothing else',
	withGarm({}, async (t, garm, ask) => {
		t.is((await ask('GET', 'http://packages.proof.test/./Packages')).body, 'Package: spec\n');
		t.is((await ask('GET', 'http://packages.proof.test/./../etc/Packages.xz')).status, 404);
		t.is((await ask('GET', 'http://example.com/Packages')).status, 502);
		t.deepEqual(garm.timeline, [
			'package source gives Packages',
			'refused http://example.com/Packages: this should not go through the proxy',
		]);
	}),
);

test(
	'a download that is gone is refused',
	withGarm({archive: undefined}, async (t, garm, ask) => {
		t.is((await ask('GET', new URL(garm.urls.download).pathname)).status, 404);
		t.deepEqual(garm.timeline, ['refused download: it is gone']);
	}),
);

test(
	"the guest's report is kept as it came",
	withGarm({}, async (t, garm, ask) => {
		t.is(garm.facts(), undefined);
		await ask('POST', '/facts', '{"hostName": "garm-spec"}');
		t.deepEqual(garm.facts(), {hostName: 'garm-spec'});
	}),
);
