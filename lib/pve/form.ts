/** What a call may carry; `undefined` is left out. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Parameters as PVE reads them: percent-encoded, booleans as 0 and 1, lists as repeated keys. */
export function encodeForm(parameters: Parameters = {}): string {
	const form = new URLSearchParams();
	for (const [key, value] of Object.entries(parameters)) {
		if (value === undefined) continue;
		for (const each of Array.isArray(value) ? value : [value]) form.append(key, spell(each));
	}
	return form.toString();
}

// pve-common JSONSchema.pm check_type: a form's boolean is 0 or 1; `true` and `yes` are refused.
function spell(value: unknown): string {
	return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
