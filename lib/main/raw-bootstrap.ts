import {passwordsIn} from './secrets.ts';

/** The little of CreateInstance's input that is of use even where the whole cannot be used. */
export interface RawBootstrap {
	readonly name?: string;
	readonly image?: string;
	readonly flavor?: string;
	readonly poolId?: string;
	readonly os?: string;
	readonly arch?: string;
	readonly extraSpecs?: unknown;
	/** Texts in it that nobody may ever read. */
	readonly secrets: readonly string[];
}

/** Reads what can be read; never throws. */
export function readRawBootstrap(input: string): RawBootstrap {
	const value = parse(input);
	if (value === undefined) return {secrets: []};
	const {name, image, flavor, pool_id: poolId, os_type: os, arch, extra_specs: extraSpecs} = value;
	const texts = Object.entries({name, image, flavor, poolId, os, arch}).filter(
		([, text]) => typeof text === 'string' && text !== '',
	);
	return {...Object.fromEntries(texts), extraSpecs, secrets: secretsIn(value)};
}

function parse(input: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(input);
		return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
	} catch {
		return undefined;
	}
}

function secretsIn(value: Readonly<Record<string, unknown>>): readonly string[] {
	const tools = Array.isArray(value.tools) ? (value.tools as readonly unknown[]) : [];
	const tokens = tools.map((tool) => (tool as {readonly temp_download_token?: unknown} | null)?.temp_download_token);
	const proxies = Object.values((value.proxy_config ?? {}) as Readonly<Record<string, unknown>>).flatMap(passwordsIn);
	return [value['instance-token'], ...tokens, ...proxies].filter((secret) => typeof secret === 'string');
}
