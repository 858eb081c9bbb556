import type {Bytes} from '../bytes.ts';
import {bounded} from '../limits.ts';
import {typeOf, type Value} from '../value.ts';
import {type Directive, readDirective} from './directive.ts';
import {formatArgument} from './value.ts';

/** fmt.Sprintf: what is wrong with the format stands in the text, as `%!d(string=hi)`. */
export function printFormat(format: Bytes, values: readonly Value[]): Bytes {
	let text = '';
	let argument = 0;
	let indexed = false;
	for (let at = 0; at < format.length; ) {
		const percent = format.indexOf('%', at);
		text = bounded(text + format.slice(at, percent === -1 ? format.length : percent));
		if (percent === -1) break;
		const directive = readDirective(format, percent + 1, argument, values);
		const value = values[directive.argument];
		text = bounded(text + directive.problems + formatDirective(directive, value));
		at = directive.end;
		argument = directive.argument + (takesArgument(directive) && value !== undefined ? 1 : 0);
		indexed ||= directive.indexed;
	}
	// Go does not look for unused arguments where one is taken out of turn.
	return indexed ? text : bounded(text + extraArguments(values.slice(argument)));
}

function takesArgument({verb, goodIndex}: Directive): boolean {
	return verb !== undefined && verb !== '%' && goodIndex;
}

function formatDirective({verb, goodIndex, flags}: Directive, value: Value | undefined): Bytes {
	if (verb === undefined) return '%!(NOVERB)';
	if (verb === '%') return '%';
	if (!goodIndex) return `%!${verb}(BADINDEX)`;
	return value === undefined ? `%!${verb}(MISSING)` : formatArgument(value, verb, flags);
}

function extraArguments(values: readonly Value[]): Bytes {
	if (values.length === 0) return '';
	const told = values.map(
		(value) => (value.kind === 'invalid' ? '' : `${typeOf(value)}=`) + formatArgument(value, 'v', {}),
	);
	return `%!(EXTRA ${told.join(', ')})`;
}
