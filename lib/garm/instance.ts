import {encodeBase64} from './base64.ts';

/** A runner as the rest of the program knows it. */
export interface RunnerAnswer {
	readonly name: string;
	readonly os?: string;
	readonly arch?: string;
	readonly osName?: string;
	readonly osVersion?: string;
	/** IPv4 and IPv6, in any order. */
	readonly addresses: readonly string[];
	readonly status: 'running' | 'stopped' | 'error' | 'unknown';
	readonly poolId: string;
	/** Why it failed, for people. */
	readonly fault?: string;
}

/** The JSON document by which GARM knows a runner (garm-provider-common params/params.go, ProviderInstance). */
export function providerInstance(answer: RunnerAnswer): object {
	const {name, os, arch, osName, osVersion, addresses, status, poolId, fault} = answer;
	return {
		// Unique over time and over providers; GARM itself falls back to the name.
		provider_id: name,
		name,
		...(os ? {os_type: os} : {}),
		...(osName ? {os_name: osName} : {}),
		...(osVersion ? {os_version: osVersion} : {}),
		...(arch ? {os_arch: arch} : {}),
		addresses: addresses
			.filter(isReachable)
			.map((address) => ({address, type: isPrivate(address) ? 'private' : 'public'})),
		status,
		...(poolId === '' ? {} : {pool_id: poolId}),
		// GARM's []byte: it rejects the whole answer where this is no padded base64.
		...(fault === undefined ? {} : {provider_fault: encodeBase64(fault)}),
	};
}

function isReachable(address: string): boolean {
	return !/^(?:127\.|169\.254\.|0\.)|^::1?$|^fe[89ab]/i.test(address);
}

// RFC 1918, RFC 6598 (carrier-grade NAT), RFC 4193 (unique local).
function isPrivate(address: string): boolean {
	return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^f[cd]/i.test(
		address,
	);
}
