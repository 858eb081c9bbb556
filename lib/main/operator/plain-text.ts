const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `text` without anything that could move a terminal's cursor, change its colours or turn its lines round. */
export function plainText(text: string): string {
	return text.replace(unseen, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A document as indented JSON that says the same, and that a terminal may show. */
export function plainJson(document: object): string {
	const escaped = (letter: string) =>
		Array.from({length: letter.length}, (_, n) => `\\u${letter.charCodeAt(n).toString(16).padStart(4, '0')}`).join('');
	return `${JSON.stringify(document, null, 2).replace(unseen, (letter) => (letter === '\n' ? letter : escaped(letter)))}\n`;
}
