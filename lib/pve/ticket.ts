import {Fault} from '../fault.ts';
import {BadAnswer} from './bad-answer.ts';
import {flagIn, readRow, required, textIn} from './decode.ts';
import type {Engine} from './engine.ts';
import {explain} from './explain.ts';

/** The credentials that a password buys. Throws `refused` where PVE does not let the user in. */
export async function fetchTicket(
	engine: Engine,
	username: string,
	password: string,
): Promise<Readonly<Record<string, string>>> {
	try {
		const call = {method: 'POST', path: '/access/ticket', parameters: {username, password}} as const;
		const row = readRow((await engine.ask(call)).data, 'the ticket');
		if (flagIn(row, 'NeedTFA')) throw secondFactor(username);
		return {
			Cookie: `PVEAuthCookie=${encodeURIComponent(required(textIn(row, 'ticket'), 'ticket', 'the ticket'))}`,
			CSRFPreventionToken: required(textIn(row, 'CSRFPreventionToken'), 'CSRFPreventionToken', 'the ticket'),
		};
	} catch (error) {
		// API2/AccessControl.pm create_ticket: every reason has the same words.
		if (error instanceof BadAnswer && error.status === 401) throw wrongPassword(username);
		throw explain(error, {what: `log in as ${username}`}, username);
	}
}

function secondFactor(username: string): Fault {
	return new Fault(
		'refused',
		`Unable to log in as ${username}: it has a second factor, which is not asked for here. Run the printed lines on a node instead (the same command without --apply).`,
	);
}

function wrongPassword(username: string): Fault {
	return new Fault(
		'refused',
		`Unable to log in as ${username}: PVE takes no such user with that password. It does not say more.`,
	);
}
