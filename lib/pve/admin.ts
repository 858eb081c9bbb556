import type {ObservedAccess} from '../access/observed.ts';
import type {AccessStep} from '../access/step.ts';
import type {Logger} from '../log/logger.ts';
import type {Inventory} from '../runner/observed.ts';
import type {Clock} from '../time/clock.ts';
import type {Deadline} from '../time/deadline.ts';
import {describeStep, takeStep} from './access-step.ts';
import {decodeInventory} from './decode-inventory.ts';
import {createEngine} from './engine.ts';
import {explain} from './explain.ts';
import {createHttp} from './http.ts';
import {observeAccess} from './observe-access.ts';
import {fetchTicket} from './ticket.ts';
import type {TlsChoice} from './trust.ts';

export interface AdminOptions {
	readonly urls: readonly string[];
	readonly tls: TlsChoice;
	readonly requestTimeoutMs: number;
	readonly deadline: Deadline;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly random: () => number;
}

/** A cluster as a user who logged in by password may change it. */
export interface Admin {
	/** Everything that a set-up is about. */
	observeAccess(): Promise<ObservedAccess>;
	inventory(): Promise<Inventory>;
	/** Takes a step; gives the secret where the step made a token, which is told this once only. */
	take(step: AccessStep): Promise<string | undefined>;
	close(): void;
}

/** Logs in with a password, which is kept nowhere. Throws `refused` where PVE does not let the user in. */
export async function logIn(username: string, password: string, options: AdminOptions): Promise<Admin> {
	const patience = {timeoutMs: options.requestTimeoutMs};
	const door = createHttp({...options, credentials: {}});
	const ticket = await fetchTicket(
		createEngine({...options, http: door}, {...patience, retries: false}),
		username,
		password,
	).finally(() => door.close());
	const http = createHttp({...options, credentials: ticket});
	const engine = createEngine({...options, http}, {...patience, retries: true});
	const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
		try {
			return await work();
		} catch (error) {
			throw explain(error, {what}, username);
		}
	};
	return {
		observeAccess: () => attempt('read users, roles and rights', () => observeAccess(engine)),
		inventory: () =>
			attempt('list the VMs, nodes and storages of the cluster', async () =>
				decodeInventory((await engine.ask({method: 'GET', path: '/cluster/resources'})).data),
			),
		take: (step) => attempt(describeStep(step), () => takeStep(engine, step)),
		close: () => http.close(),
	};
}
