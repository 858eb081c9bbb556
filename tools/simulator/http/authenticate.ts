import {timingSafeEqual} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import type {Caller} from '../access.ts';
import {callerOf} from '../access.ts';
import {texts} from '../refusal.ts';
import type {World} from '../world.ts';

const same = (a: string, b: string): boolean =>
	a.length === b.length && timingSafeEqual(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));

/** The caller behind `PVEAPIToken=USER@REALM!ID=SECRET` (a blank after the scheme works too), or a 401. */
export function authenticate(world: World, headers: IncomingHttpHeaders): Caller {
	const given = headers.authorization ?? '';
	const credentials = /^PVEAPIToken[= ](.*)$/.exec(given)?.[1];
	if (credentials === undefined) throw texts.noTicket();
	const [, authid = '', secret = ''] = /^([^=]+![^=]+)=(.*)$/.exec(credentials) ?? [];
	const token = world.access.tokens[authid];
	const caller = callerOf(authid);
	if (token === undefined || world.access.users[caller.user]?.enabled !== true) throw texts.authenticationFailed();
	if (!same(token.secret, secret)) throw texts.authenticationFailed();
	return caller;
}
