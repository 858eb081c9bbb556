/** Where a simulator listens, and who may ask it. */
interface Address {
	readonly url: string;
	readonly fingerprint: string;
	readonly tokenId: string;
	readonly tokenSecret: string;
}

/** The provider config for a simulator. */
export function providerConfig({url, fingerprint, tokenId, tokenSecret}: Address): string {
	return `url = ${JSON.stringify(url)}
pool = "garm"

[token]
id = ${JSON.stringify(tokenId)}
secret = ${JSON.stringify(tokenSecret)}

[tls]
fingerprint = ${JSON.stringify(fingerprint)}

[flavors.small]
cores = 2
memory_mib = 4096

[log]
level = "warn"
`;
}
