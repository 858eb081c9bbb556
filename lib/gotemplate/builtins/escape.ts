import {type Bytes, decodeRune, isPrintable} from '../bytes.ts';

const htmlEscapes: Readonly<Record<string, Bytes>> = {
	'"': '&#34;',
	"'": '&#39;',
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	// U+FFFD
	'\0': '\xef\xbf\xbd',
};

/** text/template HTMLEscapeString */
export function escapeHtml(bytes: Bytes): Bytes {
	return bytes.replace(/["'&<>\0]/g, (byte) => htmlEscapes[byte] ?? byte);
}

/** text/template JSEscapeString */
export function escapeJs(bytes: Bytes): Bytes {
	let text = '';
	for (let at = 0; at < bytes.length; ) {
		const {code, size} = decodeRune(bytes, at);
		text += escapeForJs(code, bytes.slice(at, at + size));
		at += size;
	}
	return text;
}

function escapeForJs(code: number, bytes: Bytes): Bytes {
	if (/[\\'"]/.test(bytes)) return `\\${bytes}`;
	if (code < 0x80) return code < 0x20 || /[<>&=]/.test(bytes) ? `\\u${hex(code)}` : bytes;
	return isPrintable(code) ? bytes : `\\u${hex(code)}`;
}

function hex(code: number): string {
	return code.toString(16).toUpperCase().padStart(4, '0');
}

/** net/url QueryEscape */
export function escapeQuery(bytes: Bytes): Bytes {
	return bytes.replace(/[^\w.~-]/g, (byte) =>
		byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
	);
}
