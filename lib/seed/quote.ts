/** A text as one word of a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A text as a PowerShell expression that expands nothing, in ASCII: Windows PowerShell reads a script without a byte
 * order mark in the machine's own code page, and cloudbase-init knows no script that begins with one.
 */
export function powerShellQuote(text: string): string {
	const pieces = text.match(/[ -~]+|[^ -~]/g) ?? [''];
	if (pieces.length === 1 && isPlain(pieces[0])) return quotePlain(pieces[0]);
	return `('' + ${pieces.map((piece) => (isPlain(piece) ? quotePlain(piece) : `[char]${piece.charCodeAt(0)}`)).join(' + ')})`;
}

function isPlain(piece = ''): boolean {
	return /^[ -~]*$/.test(piece);
}

function quotePlain(text = ''): string {
	return `'${text.replaceAll("'", "''")}'`;
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

/** A list of values as YAML, each on a line of its own. */
export function yamlList(values: readonly unknown[]): string {
	return `[\n${values.map((value) => `  ${yamlValue(value)}`).join(',\n')}\n  ]`;
}
