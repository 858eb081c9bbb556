import {isSignedKnowingly} from './credentials.ts';
import {notSimulatedFor} from './not-simulated.ts';
import {type Exchange, rowsOf} from './transcript.ts';

/** Why an exchange is not replayed, and the name it is counted under. */
export interface Skip {
	readonly name: string;
	readonly why: string;
	/** It is sent all the same, for what it leaves behind. */
	readonly sent?: true;
}

/** The world was made from the answer itself, which then proves nothing. */
export const copied: Skip = {
	name: 'found as it was',
	why: 'done in a shell before; this answer is what tells of it, and was copied into the world',
};

interface Rule extends Skip {
	readonly fits: (exchange: Exchange) => boolean;
}

/** What no simulation can be asked to repeat. */
const rules: readonly Rule[] = [
	{
		name: 'unknown credentials',
		why: "nobody here knows what the recorder's name for these credentials means",
		fits: (exchange) => !isSignedKnowingly(exchange),
	},
	{
		name: 'chance',
		why: 'one fork in a hundred fails under load; the simulator does so at the genuine pace, but not on demand',
		fits: ({answer}) => answer.reason === 'got no worker upid - start worker failed',
	},
	{
		name: 'overload',
		why: 'pvedaemon dropped a connection that it had not read within five seconds',
		fits: ({answer}) => answer.status === 596 && answer.reason === 'Broken pipe',
	},
	{
		name: "the recording machine's tools",
		why: 'the shim for genisoimage and qemu-img dd was broken on that day, the call was recorded again later',
		sent: true,
		fits: ({answer}) => /genisoimage .* failed: exit code/.test(answer.reason),
	},
	{
		name: "the recording machine's tools",
		why: 'a stand-in for a Rust library lacked a subroutine',
		fits: ({answer}) => answer.reason.startsWith('Undefined subroutine &Proxmox::RS::'),
	},
	{
		name: "the recording machine's tools",
		why: 'pvestatd had not run yet, so the node did not know itself',
		fits: ({path, answer, via}) =>
			via === undefined && /^\/nodes$|resources$/.test(path) && rowsOf(answer).some(isUnknownNode),
	},
	{
		name: 'chance',
		why: 'which of several tags a refusal names is the order of a Perl hash',
		fits: ({body, answer}) => body === 'delete=tags' && answer.reason.includes('for modifying tag'),
	},
	{
		name: 'chance',
		why: 'which of twenty clones gets the lock of a slow storage within ten seconds',
		fits: ({note, method}) => method === 'GET' && note.startsWith('log: SLOW shared storage'),
	},
	{
		name: "the recorder's own patience",
		why: 'the recording client gave up before the cluster had answered',
		fits: ({answer}) => answer.status === 0 && answer.reason.includes('timed out'),
	},
];

const isUnknownNode = ({type, status}: Readonly<Record<string, unknown>>): boolean =>
	type === 'node' && status === 'unknown';

/** The reason not to replay an exchange, if there is one. */
export function reasonToSkip(exchange: Exchange): Skip | undefined {
	const known = notSimulatedFor(exchange)?.row;
	return known ?? rules.find(({fits}) => fits(exchange));
}
