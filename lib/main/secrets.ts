import type {Config} from '../config/config.ts';
import {redactor} from '../log/redact.ts';

/** The secrets that a run has come to know; no text leaves the run without their being hidden. */
export interface Secrets {
	add(...secrets: readonly string[]): void;
	hide(text: string): string;
}

export function createSecrets(): Secrets {
	const known = new Set<string>();
	let hide = redactor([]);
	return {
		add(...secrets) {
			for (const secret of secrets) known.add(secret);
			hide = redactor([...known]);
		},
		hide: (text) => hide(text),
	};
}

/** What of a config nobody may ever read. */
export function secretsOf({token, proxy}: Pick<Config, 'token' | 'proxy'>): readonly string[] {
	return [token.secret, ...passwordsIn(proxy)];
}

/** The password in an address, as it is written and as it is meant. */
export function passwordsIn(address: unknown): readonly string[] {
	const written = typeof address === 'string' ? /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:(.*)@/i.exec(address)?.[1] : undefined;
	if (written === undefined) return [];
	try {
		return [written, decodeURIComponent(written)];
	} catch {
		return [written];
	}
}
