import {die, texts} from '../refusal.ts';
import type {RawParameters} from '../schema/verify.ts';
import type {PveVersion} from '../world.ts';

const decode = (text: string): string => {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		return text;
	}
};

/**
 * Urlencoded parameters with PVE's two peculiarities: a raw `;` separates like `&`, and a value ends at a second raw
 * `=`. pve-http-server AnyEvent.pm decode_urlencoded.
 */
export function decodeForm(text: string): RawParameters {
	const found: Record<string, string | string[]> = {};
	for (const part of text.split(/[&;]/)) {
		if (part === '') continue;
		const [key = '', value = ''] = part.split('=');
		add(found, decode(key), decode(value));
	}
	return found;
}

function add(found: Record<string, string | string[]>, key: string, value: string): void {
	const before = found[key];
	if (before === undefined) found[key] = value;
	else if (typeof before === 'string') found[key] = [before, value];
	else before.push(value);
}

/** A JSON body as parameters: booleans become 0 and 1, numbers text. */
export function decodeJson(text: string, version: PveVersion): RawParameters {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw texts.badJson(text.slice(1), version);
	}
	if (typeof body !== 'object' || body === null) throw texts.badJson(text.slice(1), version);
	return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, asText(key, value)]));
}

function asText(key: string, value: unknown): string | readonly string[] {
	if (value === null) throw die(`unable to parse value of '${key}' - got undefined value`);
	if (typeof value === 'boolean') return value ? '1' : '0';
	if (Array.isArray(value)) return value.map(String);
	return String(value);
}
