const hidden = '[secret]';
// Shorter texts are no secrets, and hiding them would only make messages unreadable.
const shortestSecret = 6;

/**
 * A function that hides every one of `secrets` in a text: as it is, escaped or quoted (JSON, URL, form, HTML, shell),
 * as hex, and in base64, also in the middle of something longer.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
	const spellings = secrets
		.filter((secret) => secret.length >= shortestSecret)
		// The longest first: a secret may begin with another one.
		.sort((a, b) => b.length - a.length)
		.flatMap((secret) => [escaped(secret), ...inBase64(secret), inHex(secret)]);
	if (spellings.length === 0) return (text) => text;
	const pattern = new RegExp(spellings.join('|'), 'g');
	return (text) => text.replace(pattern, hidden);
}

/** Matches `secret` with any of its letters escaped in any way. */
function escaped(secret: string): string {
	return Array.from(secret, (letter) => `(?:${[...escapesOf(letter)].join('|')})`).join('');
}

const entities: Readonly<Record<string, string>> = {'&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos'};
const controls: Readonly<Record<string, string>> = {'\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f'};

function* escapesOf(letter: string): Generator<string> {
	// Text within a text within a text: each one doubles the backslashes.
	yield letter === '\\' ? '\\\\+' : `\\\\*${literal(letter)}`;
	yield Array.from(new TextEncoder().encode(letter), (byte) => `%${anyCase(hex(byte, 2))}`).join('');
	yield Array.from({length: letter.length}, (_, n) => `\\\\+u${anyCase(hex(letter.charCodeAt(n), 4))}`).join('');
	const code = letter.codePointAt(0) ?? 0;
	yield `&#(?:0*${code}|[xX]0*${anyCase(hex(code, 1))});`;
	if (entities[letter] !== undefined) yield `&${entities[letter]};`;
	if (controls[letter] !== undefined) yield `\\\\+${controls[letter]}`;
	if (letter === ' ') yield '\\+';
}

/** Matches `secret` in the standard and in the URL alphabet, wherever it begins in what was encoded. */
function inBase64(secret: string): readonly string[] {
	const bytes = Buffer.from(secret);
	return [0, 1, 2].map((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// The letters at both ends hold bits of their neighbours too.
		const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
		const end = before === 0 ? `(?:${literal(text.slice(own.length))})?` : '';
		return own.replace(/[+/]/g, (letter) => (letter === '+' ? '[+-]' : '[/_]')) + end;
	});
}

function inHex(secret: string): string {
	return Array.from(Buffer.from(secret), (byte) => anyCase(hex(byte, 2))).join('');
}

function hex(value: number, digits: number): string {
	return value.toString(16).padStart(digits, '0');
}

function anyCase(digits: string): string {
	return digits.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
