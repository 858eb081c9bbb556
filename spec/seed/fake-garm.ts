import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

/** One request that a runner made of GARM, or of the server that holds the runner's archive. */
export interface Heard {
	readonly method: string;
	readonly path: string;
	readonly authorization: string | undefined;
	readonly body: string;
}

/** GARM's metadata and callbacks, and a place to download from, on loopback. */
export interface FakeGarm {
	readonly url: string;
	readonly heard: readonly Heard[];
	/** Each status call, as `status: message`. */
	statuses(): readonly string[];
	/** From now on `path` is answered so; undefined is 404. */
	answer(path: string, body: string | undefined): void;
	close(): Promise<void>;
}

/** Answers what `answers` has by path, `{}` to every POST, and 404 to the rest. */
export async function startFakeGarm(answers: Readonly<Record<string, string | Uint8Array>>): Promise<FakeGarm> {
	const heard: Heard[] = [];
	const known = new Map<string, string | Uint8Array | undefined>(Object.entries(answers));
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const {method = '', url: path = '', headers} = request;
			heard.push({method, path, authorization: headers.authorization, body: Buffer.concat(chunks).toString()});
			const answer = method === 'POST' ? '{}' : known.get(path);
			response.writeHead(answer === undefined ? 404 : 200);
			response.end(answer);
		});
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		heard,
		statuses: () => heard.filter(({path}) => path.endsWith('/status')).map(({body}) => tellStatus(body)),
		answer: (path, body) => void known.set(path, body),
		close: () => new Promise((resolve) => void server.close(() => resolve())),
	};
}

function tellStatus(body: string): string {
	const {status, message} = JSON.parse(body) as {readonly status: string; readonly message: string};
	return `${status}: ${message}`;
}
