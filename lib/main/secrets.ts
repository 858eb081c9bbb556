import {redactor} from '../log/redact.ts';

/** The secrets that a run has come to know; no text leaves the run without their being hidden. */
export interface Secrets {
	add(...secrets: readonly string[]): void;
	hide(text: string): string;
}

export function createSecrets(): Secrets {
	const known = new Set<string>();
	return {
		add(...secrets) {
			for (const secret of secrets) known.add(secret);
		},
		hide: (text) => redactor([...known])(text),
	};
}
