import {createHash} from 'node:crypto';
import type {Guest} from './world.ts';

const escapeLine = (line: string): string => encodeURIComponent(line).replaceAll('%20', ' ');

/** The text of a VM's config file. QemuServer.pm write_vm_config: description first, then keys by name. */
export function configText({config, pending}: Pick<Guest, 'config' | 'pending'>): string {
	const {description, ...rest} = config;
	const lines = (description ?? '').split('\n').map((line) => `#${escapeLine(line)}`);
	const text = [...(description === undefined ? [] : lines), ...keyLines(rest)];
	const set = Object.entries(pending).filter((entry): entry is [string, string] => entry[1] !== null);
	const deleted = Object.keys(pending).filter((key) => pending[key] === null);
	if (set.length + deleted.length > 0) text.push('', '[PENDING]', ...keyLines(Object.fromEntries(set)));
	if (deleted.length > 0) text.push(`delete: ${deleted.join(',')}`);
	return text.map((line) => `${line}\n`).join('');
}

const keyLines = (config: Readonly<Record<string, string>>): readonly string[] =>
	Object.keys(config)
		.sort()
		.map((key) => `${key}: ${config[key]}`);

/** The digest that GET config shows: SHA-1 over the whole file. */
export function configDigest(guest: Pick<Guest, 'config' | 'pending'>): string {
	return createHash('sha1').update(configText(guest)).digest('hex');
}
