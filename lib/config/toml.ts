import {parse as parseToml} from '@iarna/toml';
import {badRequest} from '../fault.ts';

/** What a TOML document holds; throws `bad-request` with the place of a mistake, and with nothing of the text. */
export function readToml(text: string): unknown {
	try {
		return parseToml(text);
	} catch (error) {
		// The message shows the lines around the mistake: only its first sentence is free of them.
		const {message, line, col} = error as {readonly message: string; readonly line?: number; readonly col?: number};
		const what = (message.split('\n', 1)[0] ?? '').replace(/ at row .*$/, '');
		const where = line === undefined ? '' : ` at line ${line + 1}, column ${(col ?? 0) + 1}`;
		throw badRequest('The config', [`it is no TOML${where}: ${withoutQuotes(what)}.`]);
	}
}

// A quoted piece of the message may be a piece of a secret.
function withoutQuotes(text: string): string {
	return text.replace(/"[^"]*"/g, '"…"').replace(/\.$/, '');
}
