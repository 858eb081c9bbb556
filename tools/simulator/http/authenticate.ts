import {timingSafeEqual} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import type {Caller} from '../access.ts';
import {callerOf} from '../access.ts';
import type {Datacenter} from '../datacenter.ts';
import {texts} from '../refusal.ts';
import type {World} from '../world.ts';

const same = (a: string, b: string): boolean =>
	a.length === b.length && timingSafeEqual(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));

/** The caller behind a token or a ticket, or a 401. pve-manager PVE/HTTPServer.pm auth_handler. */
export function authenticate({world, tickets}: Datacenter, method: string, headers: IncomingHttpHeaders): Caller {
	const credentials = /^PVEAPIToken[= ](.*)$/.exec(headers.authorization ?? '')?.[1];
	if (credentials !== undefined) return byToken(world, credentials);
	const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(headers.cookie ?? '')?.[1];
	if (cookie === undefined) throw texts.noTicket();
	const ticket = tickets.get(decodeURIComponent(cookie));
	if (ticket === undefined || world.access.users[ticket.user]?.enabled !== true) throw texts.authenticationFailed();
	const given = headers.csrfpreventiontoken;
	if (method !== 'GET' && !(typeof given === 'string' && same(given, ticket.csrf))) throw texts.invalidCsrf();
	return callerOf(ticket.user);
}

/** `USER@REALM!ID=SECRET`, behind `PVEAPIToken=` or `PVEAPIToken `. */
function byToken(world: World, credentials: string): Caller {
	const [, authid = '', secret = ''] = /^([^=]+![^=]+)=(.*)$/.exec(credentials) ?? [];
	const token = world.access.tokens[authid];
	const caller = callerOf(authid);
	if (token === undefined || world.access.users[caller.user]?.enabled !== true) throw texts.authenticationFailed();
	if (!same(token.secret, secret)) throw texts.authenticationFailed();
	return caller;
}
