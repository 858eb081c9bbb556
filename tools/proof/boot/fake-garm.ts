import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {ownFile} from './own-files.ts';

/** What GARM, the forge and the package source have for one runner. */
export interface FakeGarmSetup {
	readonly runnerName: string;
	readonly instanceToken: string;
	readonly jit: boolean;
	/** What `install-script/` gives; undefined where nobody shall ask for it. */
	readonly installScript: ((garm: FakeGarmUrls, instanceToken: string) => string) | undefined;
	/** The runner software; undefined where its address shall be dead. */
	readonly archive: Buffer | undefined;
	/** Folder of the package source. */
	readonly packages: string;
	/** What the guest's own report asks for. */
	readonly questions: object;
}

/** Addresses as the guest reaches them. */
export interface FakeGarmUrls {
	readonly base: string;
	readonly metadata: string;
	readonly callback: string;
	readonly repo: string;
	readonly download: string;
}

/** GARM, a forge and a package source for one runner, on a loopback port of its own. */
export interface FakeGarm {
	readonly port: number;
	readonly urls: FakeGarmUrls;
	/** Everything that was asked and told, in order, in words. */
	readonly timeline: readonly string[];
	/** The guest's report, once it has come. */
	readonly facts: () => unknown;
	readonly close: () => Promise<void>;
}

export const archiveName = 'actions-runner-linux-x64-proof.tar.gz';
const registrationToken = 'proof-registration-token';
const packageHost = 'http://packages.proof.test';
// QEMU's user network: the guest's name for the host's loopback.
const hostAsGuestSees = '10.0.2.2';

interface Answer {
	readonly status: number;
	readonly body?: string | Buffer;
	/** What is written down; absent where the request is no part of the story. */
	readonly note?: string;
}

/** Starts it on a free port of 127.0.0.1; `onLine` hears each line of the timeline as it comes. */
export async function startFakeGarm(setup: FakeGarmSetup, onLine = (_: string): void => {}): Promise<FakeGarm> {
	const timeline: string[] = [];
	const server = createServer((request, response) => {
		void readBody(request)
			.then((body) => conversation.answer(request, body))
			.catch((error: unknown): Answer => ({status: 500, note: `refused ${request.url}: ${error}`}))
			.then(({status, body, note}) => {
				if (note !== undefined) {
					timeline.push(note);
					onLine(note);
				}
				response.writeHead(status, {connection: 'close'}).end(body);
			});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	const urls = urlsAt(`http://${hostAsGuestSees}:${port}`);
	const conversation = new Conversation(setup, urls);
	return {
		port,
		urls,
		timeline,
		facts: () => conversation.facts,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function urlsAt(base: string): FakeGarmUrls {
	return {
		base,
		metadata: `${base}/api/v1/metadata`,
		callback: `${base}/api/v1/callbacks`,
		repo: `${base}/example-org/example-repo`,
		download: `${base}/releases/${archiveName}`,
	};
}

/** What one runner has said so far, and what that allows it to ask. */
class Conversation {
	facts: unknown;
	private state: 'pending' | 'installing' | 'idle' | 'failed' = 'pending';
	private tokenFetched = false;
	private readonly setup: FakeGarmSetup;
	private readonly urls: FakeGarmUrls;

	constructor(setup: FakeGarmSetup, urls: FakeGarmUrls) {
		this.setup = setup;
		this.urls = urls;
	}

	answer(request: IncomingMessage, body: Buffer): Answer | Promise<Answer> {
		const {method = '', url = ''} = request;
		if (url.startsWith('http:')) return this.answerAsProxy(url);
		const route = `${method} ${(url.split('?')[0] ?? '').replace(/\/+$/, '')}`;
		const [, area = ''] = /^\w+ (\/api\/v1\/metadata|\/api\/v1\/callbacks)?/.exec(route) ?? [];
		if (area !== '' && request.headers.authorization !== `Bearer ${this.setup.instanceToken}`) {
			return {status: 401, note: `refused ${route}: not this runner's token`};
		}
		if (area.endsWith('metadata')) return this.answerMetadata(route.slice(`GET ${area}/`.length), url);
		if (area.endsWith('callbacks')) return this.hear(route.slice(`POST ${area}/`.length), body.toString());
		return this.answerElse(route, request, body);
	}

	// garm runner/metadata.go: only a runner that is pending or installing is served.
	private answerMetadata(name: string, url: string): Answer {
		if (this.state === 'idle' || this.state === 'failed') return refused(401, name, `the runner is ${this.state}`);
		const {installScript, instanceToken, jit} = this.setup;
		if (name === 'install-script' && installScript !== undefined) {
			return gives(name, installScript(this.urls, instanceToken));
		}
		if (name === 'runner-metadata') return gives(name, JSON.stringify({agent_mode: false}));
		if (name === 'runner-registration-token') return this.giveRegistrationToken(name);
		const file = jit ? this.jitFile(name, url) : undefined;
		return file === undefined ? refused(404, name, 'there is none') : gives(name, file);
	}

	// garm runner/metadata.go GetInstanceGithubRegistrationToken: once, and never beside a just-in-time config.
	private giveRegistrationToken(name: string): Answer {
		if (this.setup.jit || this.tokenFetched) return refused(401, name, 'it was fetched, or there is none');
		this.tokenFetched = true;
		return gives(name, registrationToken);
	}

	private jitFile(name: string, url: string): string | undefined {
		const service = `actions.runner.example-org-example-repo.${this.setup.runnerName}`;
		if (name === 'credentials/runner') return JSON.stringify({agentId: 42, gitHubUrl: this.urls.repo});
		if (name === 'credentials/credentials') return JSON.stringify({scheme: 'OAuth'});
		if (name === 'credentials/credentials_rsaparams') return JSON.stringify({d: 'proof'});
		if (name === 'system/service-name') return service;
		if (name === 'systemd/unit-file')
			return unitFile(service, new URL(url, this.urls.base).searchParams.get('runAsUser'));
		return undefined;
	}

	private hear(name: string, body: string): Answer {
		const told = JSON.parse(body) as Readonly<Record<string, unknown>>;
		const agent = told.agent_id === undefined || told.agent_id === null ? '' : ` (agent ${told.agent_id})`;
		if (name === 'system-info') {
			return {status: 200, body: '{}', note: `system-info ${told.os_name} ${told.os_version}${agent}`};
		}
		const status = told.status;
		if (name !== 'status' || (status !== 'installing' && status !== 'idle' && status !== 'failed')) {
			return refused(400, name, `no such call, or no such status: ${body}`);
		}
		this.state = status;
		return {status: 200, body: '{}', note: `status ${status}${agent}: ${told.message}`};
	}

	private answerElse(route: string, request: IncomingMessage, body: Buffer): Answer {
		const {archive, questions} = this.setup;
		if (route === 'GET /report') return {status: 200, body: readFileSync(ownFile('guest/facts.py'))};
		if (route === 'GET /questions') return {status: 200, body: JSON.stringify(questions)};
		if (route === 'POST /facts') {
			this.facts = JSON.parse(body.toString());
			return {status: 200, note: 'facts'};
		}
		if (route === 'POST /note') return {status: 200, note: `note ${body}`};
		if (route === `GET /releases/${archiveName}`) {
			return archive === undefined ? refused(404, 'download', 'it is gone') : gives('download', archive);
		}
		if (route === 'POST /example-org/example-repo/online') return {status: 200, note: `online as ${body}`};
		if (route === 'POST /example-org/example-repo/register') {
			if (request.headers['x-registration-token'] !== registrationToken) return refused(401, route, 'wrong token');
			return {status: 200, note: `register ${JSON.stringify(body.toString().split('\0').slice(0, -1))}`};
		}
		return refused(404, route, 'nobody knows it');
	}

	private async answerAsProxy(url: string): Promise<Answer> {
		if (!url.startsWith(`${packageHost}/`)) return refused(502, url, 'this should not go through the proxy');
		const name = path.basename(new URL(url).pathname);
		const body = await readFile(path.join(this.setup.packages, name)).catch(() => undefined);
		// apt asks for signatures and compressed lists first: that there are none is no news.
		return body === undefined ? {status: 404} : {status: 200, body, note: `package source gives ${name}`};
	}
}

function gives(name: string, body: string | Buffer): Answer {
	return {status: 200, body, note: `gives ${name}`};
}

function refused(status: number, what: string, why: string): Answer {
	return {status, note: `refused ${what}: ${why}`};
}

/** A unit as GARM makes it (garm runner/metadata.go). */
function unitFile(service: string, user: string | null): string {
	const home = `/home/${user ?? 'runner'}/actions-runner`;
	return [
		'[Unit]',
		`Description=GitHub Actions Runner (${service})`,
		'After=network.target',
		'[Service]',
		`ExecStart=${home}/runsvc.sh`,
		`User=${user ?? 'runner'}`,
		`WorkingDirectory=${home}`,
		'KillMode=process',
		'[Install]',
		'WantedBy=multi-user.target',
		'',
	].join('\n');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
