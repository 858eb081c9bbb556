import {randomUUID} from 'node:crypto';
import {forgetAccess, holdsAll} from '../../access.ts';
import type {Call} from '../../call.ts';
import {changeUserConfig} from '../../pmxcfs.ts';
import {badParameters, die, texts} from '../../refusal.ts';
import type {World} from '../../world.ts';
import {demandUser} from './users.ts';

/** What is told of a token; never its secret. */
interface TokenRow {
	readonly tokenid: string;
	readonly privsep: number;
	readonly expire: number;
	readonly comment?: string;
}

/** The tokens of a user. */
export function tokensOf({access}: World, userid: string): readonly TokenRow[] {
	return Object.entries(access.tokens)
		.filter(([id]) => id.startsWith(`${userid}!`))
		.map(([id, {privsep, comment}]) => ({
			tokenid: id.slice(userid.length + 1),
			privsep: privsep ? 1 : 0,
			expire: 0,
			...(comment === undefined ? {} : {comment}),
		}));
}

/** Whether the caller may look at and change a user's tokens: the user itself, or who may change the user. */
export function demandTokens({dc, caller, parameters}: Pick<Call, 'dc' | 'caller' | 'parameters'>): void {
	const {userid = ''} = parameters;
	demandUser(dc.world, userid);
	if (caller.authid === userid || holdsAll(dc.world, caller, `/access/users/${userid}`, ['User.Modify'])) return;
	throw texts.permissionBare();
}

/** GET /access/users/U/token. pve-access-control API2/User.pm token_index. */
export const listTokens = ({dc, parameters}: Call): unknown => tokensOf(dc.world, parameters.userid ?? '');

/** GET /access/users/U/token/T. User.pm read_token. */
export function getToken({dc: {world}, parameters}: Call): unknown {
	const {userid = '', tokenid = ''} = parameters;
	const row = tokensOf(world, userid).find((each) => each.tokenid === tokenid);
	if (row === undefined) throw noSuchToken(userid, tokenid);
	const {tokenid: _id, ...info} = row;
	return info;
}

/** POST /access/users/U/token/T: the only answer that ever holds the secret. User.pm generate_token. */
export async function createToken({dc, node, parameters}: Call): Promise<unknown> {
	const {world} = dc;
	const {userid = '', tokenid = '', privsep, comment} = parameters;
	const id = `${userid}!${tokenid}`;
	if (world.access.tokens[id] !== undefined) throw badParameters({tokenid: 'Token already exists.'});
	const secret = randomUUID();
	await changeUserConfig(dc, node, 'generating token', () => {
		world.access.tokens[id] = {privsep: privsep !== '0', secret, ...(comment ? {comment} : {})};
	});
	return {'full-tokenid': id, value: secret, info: {privsep: privsep ?? 1, ...(comment ? {comment} : {})}};
}

/** DELETE /access/users/U/token/T; its rights are dropped when user.cfg is read again. User.pm remove_token. */
export function deleteToken({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {userid = '', tokenid = ''} = parameters;
	const id = `${userid}!${tokenid}`;
	if (world.access.tokens[id] === undefined) throw noSuchToken(userid, tokenid);
	return changeUserConfig(dc, node, 'deleting token', () => {
		delete world.access.tokens[id];
		forgetAccess(world, ({who}) => who === id);
	});
}

/** AccessControl.pm check_token_exist. */
const noSuchToken = (userid: string, tokenid: string) => die(`no such token '${tokenid}' for user '${userid}'`);
