const hidden = '[secret]';
// Shorter texts are no secrets, and hiding them would only make messages unreadable.
const shortestSecret = 6;

/** A function that hides every one of `secrets` in a text, also where it stands base64- or percent-encoded. */
export function redactor(secrets: readonly string[]): (text: string) => string {
	const spellings = new Set<string>();
	for (const secret of secrets) {
		if (secret.length < shortestSecret) continue;
		const base64 = Buffer.from(secret).toString('base64');
		for (const spelling of [
			secret,
			base64,
			base64.replace(/=+$/, ''),
			encodeURIComponent(secret),
			JSON.stringify(secret).slice(1, -1),
		]) {
			spellings.add(spelling);
		}
	}
	// The longest first: a spelling may hold another one.
	const ordered = [...spellings].sort((a, b) => b.length - a.length);
	return (text) => ordered.reduce((safe, spelling) => safe.replaceAll(spelling, hidden), text);
}
