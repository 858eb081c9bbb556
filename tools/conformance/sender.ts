import {Agent, request} from 'node:https';
import type {Simulator} from '../simulator/index.ts';
import {bodyOf} from './body.ts';
import {signatureOf, type Ticket} from './credentials.ts';
import {hiddenPassword} from './first-access.ts';
import {readTold, type Told} from './told.ts';
import {type Answer, dataOf, type Exchange} from './transcript.ts';
import type {Words} from './words.ts';

/** Sends recorded requests to the simulator, signed with the simulator's own secrets. */
export class Sender {
	readonly #simulator: Simulator;
	readonly #words: Words;
	readonly #told: ReadonlyMap<Exchange, Told>;
	// A connection for each request, as the recorder had it.
	readonly #agent: Agent;
	#root: Ticket = {ticket: '', csrfToken: ''};

	constructor(simulator: Simulator, exchanges: readonly Exchange[], words: Words) {
		this.#simulator = simulator;
		this.#told = readTold(exchanges);
		this.#words = words;
		this.#agent = new Agent({keepAlive: false, ca: simulator.certificatePem});
	}

	/** Logs in as root@pam, who may do what none of its tokens may. */
	async login(): Promise<Answer> {
		const form = new URLSearchParams({username: 'root@pam', password: hiddenPassword}).toString();
		const answer = await this.#ask(`${this.#simulator.url}/api2/json/access/ticket`, 'POST', {}, form);
		const {ticket, CSRFPreventionToken: csrfToken} = dataOf(answer) as Readonly<Record<string, string>>;
		this.#root = {ticket: ticket ?? '', csrfToken: csrfToken ?? ''};
		return answer;
	}

	/** The simulated answer to a recorded request; status 0 where the connection ends without one. */
	send(exchange: Exchange): Promise<Answer> {
		const {method, headers} = exchange;
		const body = bodyOf(exchange, this.#words, this.#told.get(exchange) ?? {});
		const signed = {...headers, ...this.#signature(exchange)};
		const length = body === undefined ? {} : {'Content-Length': body.length};
		return this.#exchange(this.#urlOf(exchange), method, {...signed, ...length}, body);
	}

	/** Sends something that the recording only tells of, signed as the request beside it. */
	ask(like: Exchange, method: string, path: string, form = ''): Promise<Answer> {
		return this.#ask(`${this.#baseOf(like)}/api2/json${path}`, method, this.#signature(like), form);
	}

	close(): void {
		this.#agent.destroy();
	}

	#baseOf({via}: Exchange): string {
		const names = Object.keys(this.#simulator.world.nodes);
		return this.#simulator.urls[via === undefined ? 0 : names.indexOf(via)] ?? this.#simulator.url;
	}

	#urlOf(exchange: Exchange): string {
		return `${this.#baseOf(exchange)}${this.#words.translate(exchange.target)}`;
	}

	#signature(exchange: Exchange): Readonly<Record<string, string>> {
		return signatureOf(exchange, this.#simulator.world.access.tokens, this.#root) ?? {};
	}

	#ask(url: string, method: string, signature: Readonly<Record<string, string>>, form: string): Promise<Answer> {
		const headers = {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': form.length};
		return this.#exchange(url, method, {...headers, ...signature}, Buffer.from(form));
	}

	#exchange(
		url: string,
		method: string,
		headers: Readonly<Record<string, string | number>>,
		body: Buffer | undefined,
	): Promise<Answer> {
		return new Promise((resolve) => {
			const broken = (error: Error): void => resolve({status: 0, reason: error.message, body: null});
			const sent = request(url, {method, headers, agent: this.#agent}, (answer) => {
				const chunks: Buffer[] = [];
				answer.on('data', (chunk: Buffer) => chunks.push(chunk));
				answer.on('error', broken);
				answer.on('end', () => {
					const text = Buffer.concat(chunks).toString('utf8');
					resolve({status: answer.statusCode ?? 0, reason: answer.statusMessage ?? '', body: parsed(text)});
				});
			});
			sent.on('error', broken);
			sent.end(body);
		});
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
