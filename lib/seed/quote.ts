/** A text as one word of a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as a PowerShell string that expands nothing. PowerShell takes typographic quotes for the plain one. */
export function powerShellQuote(text: string): string {
	return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, (quote) => quote + quote)}'`;
}

// YAML takes these for line breaks or forbids them; JSON does not mind.
const unlikeJson = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A value as YAML: JSON, with everything escaped that YAML reads in another way. */
export function yamlValue(value: unknown): string {
	return JSON.stringify(value).replace(
		unlikeJson,
		(letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
