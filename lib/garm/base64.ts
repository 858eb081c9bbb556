/** The bytes behind a base64 text as Go reads it: standard alphabet, padded, line breaks ignored; else undefined. */
export function decodeBase64(text: string): Uint8Array | undefined {
	const plain = text.replace(/[\r\n]/g, '');
	if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return undefined;
	return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}

/** The text behind the base64 of its UTF-8 form; undefined where it is none. */
export function decodeBase64Text(text: string): string | undefined {
	const bytes = decodeBase64(text);
	try {
		return bytes === undefined ? undefined : new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return undefined;
	}
}

/** The padded standard base64 of a text's UTF-8 form. */
export function encodeBase64(text: string): string {
	return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
