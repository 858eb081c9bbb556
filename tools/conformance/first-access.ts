import type {World} from '../simulator/index.ts';
import {type Exchange, formOf} from './transcript.ts';

/** What the recorder wrote instead of a password. */
export const hiddenPassword = '<redacted>';

/** Who there was before the recording: root, and whoever was let in without having been made in it. */
export function firstAccess(exchanges: readonly Exchange[]): World['access'] {
	return {users: usersBefore(exchanges), tokens: tokensBefore(exchanges), roles: {}, acl: []};
}

function usersBefore(exchanges: readonly Exchange[]): World['access']['users'] {
	const made = new Set(
		exchanges.filter(isOf('POST', /^\/access\/users$/)).map((exchange) => formOf(exchange).get('userid')),
	);
	const owners = Object.keys(tokensBefore(exchanges)).map((token) => token.split('!')[0] ?? '');
	const users = owners.filter((user) => !made.has(user)).map((user) => [user, {enabled: true}] as const);
	return {...Object.fromEntries(users), 'root@pam': {enabled: true, password: hiddenPassword}};
}

function tokensBefore(exchanges: readonly Exchange[]): World['access']['tokens'] {
	const made = exchanges.filter(isOf('POST', tokenPath)).map(({path}) => tokenPath.exec(path)?.slice(1).join('!'));
	const met = exchanges.filter(({credentials, answer}) => credentials.startsWith('token:') && answer.status !== 401);
	const names = new Set(met.map(({credentials}) => credentials.slice('token:'.length)));
	for (const name of made) names.delete(name ?? '');
	return Object.fromEntries([...names].map((name) => [name, {privsep: !name.startsWith('root@pam!'), secret: ''}]));
}

const tokenPath = /^\/access\/users\/([^/]+)\/token\/([^/]+)$/;

const isOf =
	(wanted: string, pattern: RegExp) =>
	({method, path, answer}: Exchange): boolean =>
		method === wanted && pattern.test(path) && answer.status === 200;
