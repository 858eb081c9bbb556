import {parse as parseToml} from '@iarna/toml';
import {badRequest} from '../fault.ts';

export type TomlDocument = Readonly<Record<string, unknown>>;

/** What a TOML document holds; throws `bad-request` with the place of a mistake, and with nothing of the text. */
export function readToml(text: string): TomlDocument {
	try {
		return parseToml(text.replace(/^\ufeff/, ''));
	} catch (error) {
		const {message, line, col} = error as {readonly message: string; readonly line?: number; readonly col?: number};
		const where = line === undefined ? '' : ` at line ${line + 1}, column ${(col ?? 0) + 1}`;
		throw badRequest('The config', [`it is no TOML${where}: ${withoutContent(message)}.`]);
	}
}

/** What a TOML parser says, without the piece of the file that it shows: that may be a secret. */
function withoutContent(message: string): string {
	const [sentence = ''] = message.split('\n', 1);
	return sentence
		.replace(/ at row .*$/, '')
		.replace(/:? "?\d+"?$/, '')
		.replace(/\.$/, '');
}
