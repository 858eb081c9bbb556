import {BadAnswer} from './bad-answer.ts';
import {NoReply} from './no-reply.ts';

const usualTries = 5;
const triesForOtherNode = 3;
// A silent peer takes its whole time-out each time: ours, or the 20 to 30 s that pveproxy gives another node.
const triesForSilence = 2;

/** How often in all a read is tried that fails like this; 1 where another try cannot help. */
export function triesAfter(error: unknown): number {
	if (error instanceof NoReply) {
		if (error.stage === 'tls') return 1;
		return error.reason === 'ETIMEDOUT' ? triesForSilence : usualTries;
	}
	if (!(error instanceof BadAnswer)) return 1;
	if (!error.whole) return usualTries;
	if (isPassing(error.status) && error.words === 'Connection timed out') return triesForSilence;
	if (error.status === 595) return triesForOtherNode;
	if (error.words === 'got no worker upid - start worker failed') return usualTries;
	return isPassing(error.status) ? usualTries : 1;
}

/** Whether a status tells of a way or a worker that failed, not of the call itself. */
export function isPassing(status: number): boolean {
	// 59x: AnyEvent::HTTP's pseudo codes, said by the node asked about the node meant.
	return status === 429 || (status >= 502 && status <= 504) || (status >= 595 && status <= 599);
}
