import {type Bytes, decodeRune} from '../bytes.ts';
import {type Flags, pad, paddingOf} from './flags.ts';
import {canBackquote, quote} from './quote.ts';

/** A string by one of its verbs; absent where the verb is none of its (fmt print.go fmtString). */
export function formatText(bytes: Bytes, verb: Bytes, flags: Flags): Bytes | undefined {
	switch (verb) {
		case 'v':
			return flags.sharpV ? quoted(bytes, flags) : pad(truncated(bytes, flags), flags);
		case 's':
			return pad(truncated(bytes, flags), flags);
		case 'q':
			return quoted(bytes, flags);
		case 'x':
			return hexadecimal(bytes, flags);
		case 'X':
			return hexadecimal(bytes, flags, 'upper');
		default:
			return undefined;
	}
}

/** As many characters as the precision allows. */
function truncated(bytes: Bytes, {precision = Number.POSITIVE_INFINITY}: Flags): Bytes {
	if (bytes.length <= precision) return bytes;
	let at = 0;
	for (let left = precision; left > 0 && at < bytes.length; left--) at += decodeRune(bytes, at).size;
	return bytes.slice(0, at);
}

function quoted(bytes: Bytes, flags: Flags): Bytes {
	const text = truncated(bytes, flags);
	if (flags.sharp && canBackquote(text)) return pad(`\`${text}\``, flags);
	return pad(quote(text, flags.plus ?? false), flags);
}

/** Two digits for each byte (fmt format.go fmtSbx). */
function hexadecimal(all: Bytes, flags: Flags, letters: 'lower' | 'upper' = 'lower'): Bytes {
	const {precision = all.length, sharp = false, space = false, width = 0, minus = false} = flags;
	const codes = Array.from(all.slice(0, precision), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
	const padding = (used: number) => paddingOf(width - used, flags);
	if (codes.length === 0) return padding(0);
	const prefix = sharp ? '0x' : '';
	const digits = prefix + codes.join(space ? ` ${prefix}` : '');
	const text = letters === 'upper' ? digits.toUpperCase() : digits;
	return minus ? text + padding(text.length) : padding(text.length) + text;
}
