import {BadAnswer} from './bad-answer.ts';
import {NoReply} from './no-reply.ts';

const usualTries = 5;
// A node that is down takes up to 30 s to say so (595 "Connection timed out"), and other ways to it there are none.
const triesForOtherNode = 3;
// Waiting a whole time-out more than once more helps nobody.
const triesForSilence = 2;

/** How often in all a read is tried that fails like this; 1 where another try cannot help. */
export function triesAfter(error: unknown): number {
	if (error instanceof NoReply) {
		if (error.stage === 'tls') return 1;
		return error.reason === 'ECONNABORTED' ? triesForSilence : usualTries;
	}
	if (!(error instanceof BadAnswer)) return 1;
	if (!error.whole) return usualTries;
	if (error.status === 595) return triesForOtherNode;
	if (error.words === 'got no worker upid - start worker failed') return usualTries;
	return isPassing(error.status) ? usualTries : 1;
}

/** Whether a status tells of a way or a worker that failed, not of the call itself. */
export function isPassing(status: number): boolean {
	// 59x: AnyEvent::HTTP's pseudo codes, said by the node asked about the node meant.
	return status === 429 || (status >= 502 && status <= 504) || (status >= 595 && status <= 599);
}
