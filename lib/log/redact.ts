const hidden = '[secret]';
// Shorter texts are no secrets, and hiding them would only make messages unreadable.
const shortestSecret = 6;

/**
 * A function that hides every one of `secrets` in a text: as it is, escaped or quoted (JSON, URL, form, HTML, shell),
 * as hex, and in base64, also in the middle of something longer.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
	// The longest first: a secret may begin with another one.
	const hidable = secrets.filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
	if (hidable.length === 0) return (text) => text;
	// Every text of a run passes here, and next to none holds a secret: the whole pattern takes 20 ms to compile.
	const beginning = anyOf(hidable, shortestSecret);
	let whole: RegExp | undefined;
	return (text) => {
		if (!beginning.test(text)) return text;
		whole ??= new RegExp(anyOf(hidable), 'g');
		return text.replace(whole, hidden);
	};
}

/** Matches any secret in any spelling, or as little as its first `letters`. */
function anyOf(secrets: readonly string[], letters?: number): RegExp {
	const spellings = secrets.flatMap((secret) => [
		escaped(secret, letters),
		...inBase64(secret, letters),
		inHex(secret, letters),
	]);
	return new RegExp(spellings.join('|'));
}

/** Matches `secret` with any of its letters escaped in any way. */
function escaped(secret: string, letters?: number): string {
	const every = Array.from(secret).slice(0, letters);
	return every.map((letter) => `(?:${[...escapesOf(letter)].join('|')})`).join('');
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
function inBase64(secret: string, letters?: number): readonly string[] {
	const bytes = Buffer.from(secret);
	return [0, 1, 2].map((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// The letters at both ends hold bits of their neighbours too.
		const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
		const end = before === 0 && letters === undefined ? `(?:${literal(text.slice(own.length))})?` : '';
		return own.slice(0, letters).replace(/[+/]/g, (letter) => (letter === '+' ? '[+-]' : '[/_]')) + end;
	});
}

function inHex(secret: string, letters?: number): string {
	return Array.from(Buffer.from(secret).subarray(0, letters), (byte) => anyCase(hex(byte, 2))).join('');
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
