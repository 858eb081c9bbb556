import type {EndpointFacts} from './facts.ts';
import {type Finding, listed} from './finding.ts';

const oldestMajor = 8;
const mostSkewMs = 30_000;

/** Whether the addresses of the config answer, are trusted, speak a known version and keep time. */
export function checkEndpoints(endpoints: readonly EndpointFacts[]): readonly Finding[] {
	// The client asks one address after the other until one takes a connection: that one has to be trusted.
	const first = endpoints.find(({trouble}) => trouble?.kind !== 'silent');
	return endpoints.flatMap((endpoint) => [
		checkEndpoint(endpoint, endpoint === first || first === undefined),
		...checkClock(endpoint),
	]);
}

function checkEndpoint({url, trouble, version, roundTripMs}: EndpointFacts, decides: boolean): Finding {
	const level = decides ? 'failure' : 'warning';
	if (trouble?.kind === 'tls') {
		return {
			topic: 'endpoint',
			level,
			what: `the certificate of ${url} is not trusted`,
			why: `${trouble.why}. Compare with what the node itself says, then set tls.fingerprint or tls.ca_file in the config.`,
			mend: [
				'openssl x509 -noout -sha256 -fingerprint -in /etc/pve/local/pve-ssl.pem',
				'cat /etc/pve/pve-root-ca.pem   # the CA of all nodes, for tls.ca_file',
			],
		};
	}
	if (trouble !== undefined) {
		return {
			topic: 'endpoint',
			level,
			what: `${url} does not answer`,
			why: `${trouble.why}. Check the address, the firewall between this machine and the node, and the node itself.`,
			mend: ['systemctl status pveproxy', 'ss -tlnp sport = :8006'],
		};
	}
	if (version !== undefined && Number(version.split('.')[0]) < oldestMajor) {
		return {
			topic: 'endpoint',
			level: 'failure',
			what: `${url} is Proxmox VE ${version}`,
			why: `Proxmox VE ${oldestMajor}.0 or newer is needed.`,
		};
	}
	const pace = roundTripMs === undefined ? '' : `, ${roundTripMs} ms`;
	return {
		topic: 'endpoint',
		level: 'ok',
		what: version === undefined ? `${url} answers` : `${url} answers: Proxmox VE ${version}${pace}`,
	};
}

function checkClock({url, skewMs}: EndpointFacts): readonly Finding[] {
	if (skewMs === undefined) return [];
	const seconds = Math.round(Math.abs(skewMs) / 1000);
	if (Math.abs(skewMs) <= mostSkewMs)
		return [{topic: 'clock', level: 'ok', what: `the clock of ${url} agrees with ours`}];
	return [
		{
			topic: 'clock',
			level: 'warning',
			what: `the clock of ${url} is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours`,
			why: 'Ages of runners are told wrong, and certificates may count as expired or not yet valid.',
			mend: ['timedatectl', 'chronyc makestep'],
		},
	];
}

/** Whether the token is taken, by every address that answers. */
export function checkToken(tokenId: string, endpoints: readonly EndpointFacts[]): readonly Finding[] {
	const asked = endpoints.filter(({tokenTaken}) => tokenTaken !== undefined);
	const refusing = asked.filter(({tokenTaken}) => !tokenTaken).map(({url}) => url);
	if (asked.length === 0) return [];
	if (refusing.length === 0) return [{topic: 'token', level: 'ok', what: `the token ${tokenId} is taken`}];
	const [user, name] = tokenId.split('!');
	const taking = asked.filter(({tokenTaken}) => tokenTaken).map(({url}) => url);
	return [
		{
			topic: 'token',
			level: asked[0]?.tokenTaken === true ? 'warning' : 'failure',
			what: `${listed(refusing)} does not take the token ${tokenId}`,
			why:
				taking.length > 0
					? `${listed(taking)} takes it: the addresses seem to belong to different clusters.`
					: 'PVE does not say why: the token does not exist, its secret is another one, or it or its user is disabled or expired. A lost secret cannot be shown again; a token is removed and made anew.',
			mend: ['pveum user list', `pveum user token list ${user}   # is ${name} there, and not expired?`],
		},
	];
}
