import type {IncomingMessage, RequestListener} from 'node:http';
import {createServer as createPlainServer} from 'node:http';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import type {ExecutionContext} from 'ava';
import {selfSigned} from '../../tools/simulator/http/certificate.ts';
import {controller} from './a-vm.ts';

export const garmToken = 'eyJhbGciOiJIUzI1NiJ9.a-token-of-garm.signature';

interface FakeGarmOptions {
	readonly controller?: string;
	/** The runners that it knows; null as Go writes a list without any. */
	readonly runners?: readonly string[] | null;
	readonly tls?: boolean;
	/** What it answers to everything instead. */
	readonly answer?: {readonly status: number; readonly body: string};
}

/** As much of GARM's API as the clean-up asks. GARM apiserver/routers/routers.go, params/params.go Instance. */
export async function startFakeGarm(
	t: ExecutionContext,
	{controller: id = controller, runners = [], tls = true, answer}: FakeGarmOptions = {},
): Promise<{readonly url: string; readonly caPem: string; readonly requests: readonly string[]}> {
	const {keyPem, certificatePem} = selfSigned('garm');
	const requests: string[] = [];
	const documents: Readonly<Record<string, unknown>> = {
		'/api/v1/controller-info': {controller_id: id, hostname: 'garm'},
		'/api/v1/instances': runners?.map(instance) ?? null,
	};
	const serve: RequestListener = (request: IncomingMessage, reply) => {
		requests.push(`${request.method} ${request.url}`);
		const document = documents[request.url ?? ''];
		const {status, body} = answer ?? {
			status: request.headers.authorization === `Bearer ${garmToken}` ? (document === undefined ? 404 : 200) : 401,
			body: JSON.stringify(document),
		};
		reply.writeHead(status, {'Content-Type': 'application/json'}).end(body);
	};
	const server = tls ? createServer({key: keyPem, cert: certificatePem}, serve) : createPlainServer(serve);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	const {port} = server.address() as AddressInfo;
	return {url: `http${tls ? 's' : ''}://127.0.0.1:${port}`, caPem: certificatePem, requests};
}

function instance(name: string): object {
	return {
		...{id: `id-${name}`, provider_id: name, provider_name: 'proxmox', agent_id: 7, name, os_type: 'linux'},
		...{status: 'running', runner_status: 'idle', pool_id: 'p', addresses: [], updated_at: '2026-11-23T20:00:00Z'},
	};
}
