/** `text` without anything that could move a terminal's cursor, change its colours or turn its lines round. */
export function plainText(text: string): string {
	return text.replace(
		/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
		(letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`,
	);
}
