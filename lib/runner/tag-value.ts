// pve-common JSONSchema.pm: a tag is /^[a-z0-9_][a-z0-9_\-\+\.]*$/i, and PVE lower-cases what PUT config stores.
const plain = /[a-z0-9-]/;

/** `text` in the letters a PVE tag may have; every other byte of its UTF-8 form becomes `_` and two hex digits. */
export function encodeTagValue(text: string): string {
	let encoded = '';
	for (const byte of new TextEncoder().encode(text)) {
		const letter = String.fromCharCode(byte);
		encoded += plain.test(letter) ? letter : `_${byte.toString(16).padStart(2, '0')}`;
	}
	return encoded;
}

/** The text that was encoded; absent where `encoded` was not made by `encodeTagValue`. */
export function decodeTagValue(encoded: string): string | undefined {
	if (!/^(?:[a-z0-9-]|_[0-9a-f]{2})*$/.test(encoded)) return undefined;
	const bytes: number[] = [];
	for (const [token] of encoded.matchAll(/_[0-9a-f]{2}|./g)) {
		bytes.push(token.length === 3 ? Number.parseInt(token.slice(1), 16) : token.charCodeAt(0));
	}
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(Uint8Array.from(bytes));
	} catch {
		return undefined;
	}
}
