import {hiddenPassword} from './first-access.ts';
import {keptCharacters, type Told} from './told.ts';
import type {Exchange} from './transcript.ts';
import {isMultipart, isUpload, multipartOf} from './upload.ts';
import type {Words} from './words.ts';

/** The body of a recorded request, made anew where the recording only tells of it. */
export function bodyOf(exchange: Exchange, words: Words, told: Told): Buffer | undefined {
	const {body} = exchange;
	if (body === undefined) return undefined;
	if (isUpload(exchange) && isMultipart(exchange)) return multipartOf(exchange, told.fileName, words);
	if (body.length === keptCharacters) return Buffer.from(grown(exchange, body, told));
	// The recorder masked right and wrong passwords alike.
	const signed = exchange.note === 'wrong password' ? body.replace(hiddenPassword, 'not-the-password') : body;
	return Buffer.from(words.translate(signed));
}

// pve-http-server AnyEvent.pm: the largest body that is no upload.
const limitBytes = 512 * 1024;

/** A body that was cut, as long as its note, its answer, or the config that came of it says that it was. */
function grown({note, answer}: Exchange, body: string, told: Told): string {
	const whole = body.replace(/%[0-9A-F]?$/, '').replace(/%C3$/, '');
	if (answer.reason === 'for data too large') return whole.padEnd(limitBytes + 1, whole.at(-1));
	const at = whole.lastIndexOf('=') + 1;
	const key = /([^&]*)=$/.exec(whole.slice(0, at))?.[1] ?? '';
	const value = decodeURIComponent(whole.slice(at).replaceAll('+', ' '));
	const characters = told.config?.[key]?.length ?? Number(/(\d+) char/.exec(note)?.[1] ?? 0);
	const missing = Math.max(0, characters - value.length);
	return whole + encodeURIComponent(value.at(-1) ?? '').repeat(missing);
}
