import type {Simulator} from '../simulator/index.ts';
import type {Exchange} from './transcript.ts';

type Headers = Readonly<Record<string, string>>;
type Tokens = Simulator['world']['access']['tokens'];

/** What a login as root@pam gave. */
export interface Ticket {
	readonly ticket: string;
	readonly csrfToken: string;
}

/** The headers that sign a recorded request with the simulator's own secrets; none where it was signed in an unknown way. */
export function signatureOf({credentials, note}: Exchange, tokens: Tokens, root: Ticket): Headers | undefined {
	const [kind, ...rest] = credentials.split(':');
	if (kind !== 'token') return labels[credentials]?.(tokens[full]?.secret ?? '', root);
	const name = rest.join(':');
	// The recorder masked every secret, and wrote beside a wrong one that it was wrong.
	const known = /\bwrong (?:token )?secret\b/.test(note) ? undefined : tokens[name]?.secret;
	return {Authorization: `PVEAPIToken=${name}=${known ?? 'not-the-secret'}`};
}

/** Whether a request was signed in a way that is known here. */
export const isSignedKnowingly = ({credentials}: Exchange): boolean =>
	credentials.startsWith('token:') || labels[credentials] !== undefined;

const full = 'root@pam!full';

/** What the recorder's names for odd credentials mean. */
const labels: Readonly<Record<string, (secret: string, root: Ticket) => Headers>> = {
	none: () => ({}),
	bearer: (secret) => ({Authorization: `Bearer ${secret}`}),
	'malformed-token': () => ({Authorization: `PVEAPIToken=${full}`}),
	'malformed-token2': (secret) => ({Authorization: `PVEAPIToken ${full}=${secret}`}),
	'lower-case scheme': (secret) => ({Authorization: `pveapitoken=${full}=${secret}`}),
	'ticket:root@pam': (_, {ticket, csrfToken}) => ({...cookie(ticket), CSRFPreventionToken: csrfToken}),
	'ticket-without-csrf': (_, {ticket}) => cookie(ticket),
	'ticket-wrong-csrf': (_, {ticket}) => ({...cookie(ticket), CSRFPreventionToken: 'not-the-token'}),
	'bad-ticket': () => cookie('PVE:root@pam:not-a-ticket'),
};

const cookie = (ticket: string): Headers => ({Cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`});
