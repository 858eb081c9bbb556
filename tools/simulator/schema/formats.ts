import {isIPv4, isIPv6} from 'node:net';
import {allPrivileges} from '../world/roles.ts';
import type {PveVersion} from '../world.ts';
import type {Rule, Schema} from './verify.ts';
import {requiredBy, violation} from './verify.ts';

const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const dnsName = new RegExp(`^(?:${dnsLabel}\\.)*${dnsLabel}$`);

/** JSONSchema.pm dns-name: labels of any length, no underscore. */
export const dnsNameFormat = (value: string): string | undefined =>
	dnsName.test(value) ? undefined : 'value does not look like a valid DNS name';

/** JSONSchema.pm pve-vmid: 100 to 999999999. */
export const vmidFormat = (value: string): string | undefined =>
	/^[1-9]\d{2,8}$/.test(value) ? undefined : 'value does not look like a valid VM ID';

/** JSONSchema.pm pve-node, pve-poolid and pve-storage-id as far as callers meet them. */
export const nodeNameFormat = (value: string): string | undefined =>
	/^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(value) ? undefined : 'value does not look like a valid node name';

/** JSONSchema.pm pve-storage-id. */
export const storageIdFormat = (value: string): string | undefined =>
	/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i.test(value) ? undefined : `storage ID '${value}' contains illegal characters`;

/** Auth/Plugin.pm verify_username. */
export const userIdFormat = (value: string): string | undefined =>
	/^[^\s:/@]+@[A-Za-z][A-Za-z0-9._-]+$/.test(value)
		? undefined
		: `value '${value}' does not look like a valid user name`;

/** AccessControl.pm verify_rolename. */
export const roleIdFormat = (value: string): string | undefined =>
	/^[A-Za-z0-9._-]+$/.test(value) ? undefined : `role name '${value}' contains invalid characters`;

/** AccessControl.pm verify_privname, in a list: each version knows its own. */
export function privilegeListFormat(value: string, _name: string, version: PveVersion): string | undefined {
	const known = allPrivileges(version);
	const unknown = splitList(value).find((privilege) => !known.includes(privilege));
	return unknown === undefined ? undefined : `invalid privilege '${unknown}'`;
}

/** JSONSchema.pm:890 pve-tag, in a list. */
export function tagListFormat(value: string): string | undefined {
	return splitList(value).every((tag) => /^[a-z0-9_][a-z0-9_\-+.]*$/i.test(tag))
		? undefined
		: 'invalid characters in tag';
}

/** Tools.pm split_list: `;`, `,`, blanks and NUL separate. */
export const splitList = (value: string): readonly string[] => value.split(/[\s,;\0]+/).filter((part) => part !== '');

/** JSONSchema.pm urlencoded. */
export const urlencodedFormat = (value: string): string | undefined =>
	/^[-%a-zA-Z0-9_.!~*'()]*$/.test(value) ? undefined : `invalid urlencoded string: ${value}`;

/** JSONSchema.pm pve-ipv4-config. */
export function ipv4Config(value: string): string | undefined {
	const [address = '', prefix] = value.split('/');
	if (value === 'dhcp' || (isIPv4(address) && prefix !== undefined && /^(?:[12]?\d|3[0-2])$/.test(prefix)))
		return undefined;
	return 'value does not look like a valid ipv4 network configuration';
}

/** JSONSchema.pm pve-ipv6-config. */
export function ipv6Config(value: string): string | undefined {
	const [address = '', prefix] = value.split('/');
	if (value === 'dhcp' || value === 'auto' || (isIPv6(address) && prefix !== undefined && Number(prefix) <= 128)) {
		return undefined;
	}
	return 'value does not look like a valid ipv6 network configuration';
}

/** JSONSchema.pm ipv4. */
export const ipv4Format = (value: string): string | undefined =>
	isIPv4(value) ? undefined : 'value does not look like a valid ipv4 address';

/** JSONSchema.pm ipv6. */
export const ipv6Format = (value: string): string | undefined =>
	isIPv6(value) ? undefined : 'value does not look like a valid ipv6 address';

/** A comma-separated list of properties, one of which may be written without its key. JSONSchema.pm parse_property_string. */
export function propertyString(
	schema: Schema,
	defaultKey?: string,
	aliases: readonly string[] = [],
): NonNullable<Rule['format']> {
	return (value, name, version) => {
		const lines: string[] = [];
		const seen = new Map<string, string>();
		for (const part of value.split(',')) {
			if (part.trim() === '') continue;
			const at = part.indexOf('=');
			let key = at < 0 ? defaultKey : part.slice(0, at);
			let text = at < 0 ? part : part.slice(at + 1);
			if (key === undefined) return 'invalid format - value without key, but schema does not define a default key';
			// `virtio=MAC` is the spelling of `model=virtio,macaddr=MAC`.
			if (defaultKey !== undefined && aliases.includes(key)) [key, text] = [defaultKey, key];
			if (seen.has(key)) return `duplicate key in comma-separated list property: ${key}`;
			seen.set(key, text);
		}
		for (const [key, text] of seen) {
			const rule = schema[key];
			const wrong =
				rule === undefined
					? 'property is not defined in schema and the schema does not allow additional properties'
					: violation(rule, key, text, version);
			if (wrong !== undefined) lines.push(`${name}.${key}: ${wrong}`);
			if (rule?.requires !== undefined && !seen.has(rule.requires)) {
				lines.push(`${name}.${rule.requires}: ${requiredBy(`${name}.${key}`, version)}`);
			}
		}
		for (const [key, rule] of Object.entries(schema)) {
			if (rule.required === true && !seen.has(key))
				lines.push(`${name}.${key}: property is missing and it is not optional`);
		}
		return lines.length === 0 ? undefined : `format error\n${lines.join('\n')}`;
	};
}
