import type {Choice} from '../../access/choice.ts';
import {emptyAccess} from '../../access/observed.ts';
import {after} from '../../access/outcome.ts';
import {removalSteps} from '../../access/removal-plan.ts';
import {privilegesOf} from '../../access/rights.ts';
import {setupSteps} from '../../access/setup-plan.ts';
import {shellLine} from '../../access/step.ts';

/** How a config file reaches and trusts the cluster. */
export interface Reach {
	readonly urls: readonly string[];
	readonly fingerprint?: string;
	readonly caFile?: string;
}

const usualCaFile = '/etc/garm/pve-root-ca.pem';
const sharedSeedsNote =
	'# With --seed-storage garm-seeds the token may delete on a storage of its own only, not everything on local.';

/** The set-up as a script for root's shell on a node: every line can be checked, and pasted. */
export function setupScript(choice: Choice, major: number, configFile: string, reach: Reach): string {
	const steps = setupSteps(choice, emptyAccess(privilegesOf(major)));
	const trusts = reach.fingerprint !== undefined || reach.caFile !== undefined;
	const config = configText(choice, trusts ? reach : {...reach, caFile: usualCaFile}, 'WHAT token add HAS PRINTED');
	return [
		`# For Proxmox VE ${major} (--pve ${major === 9 ? 8 : 9} prints the lines for Proxmox VE ${major === 9 ? 8 : 9}).`,
		'# On one node, as root; it holds for the whole cluster:',
		...steps.map(shellLine),
		...(choice.seedStorage === 'local' ? [sharedSeedsNote] : []),
		'',
		...(trusts ? [] : [`# On the GARM host, ${usualCaFile}: a copy of /etc/pve/pve-root-ca.pem of any node.`]),
		`# On the GARM host, ${configFile}, mode 0600:`,
		'#',
		...config
			.trimEnd()
			.split('\n')
			.map((line) => `#   ${line}`.trimEnd()),
		'#',
		`# Then: garm-proxmox doctor --config ${configFile}`,
		'',
	].join('\n');
}

/** What undoes the set-up, as a script for root's shell on a node. */
export function removalScript(choice: Choice, major: number): string {
	const nothing = emptyAccess(privilegesOf(major));
	const steps = removalSteps(choice, setupSteps(choice, nothing).reduce(after, nothing));
	return [
		'# On one node, as root, once no runner is left; what others use besides is for you to keep:',
		...steps.map(shellLine),
		'',
	].join('\n');
}

/** A provider config (TOML) that is ready for use. */
export function configText({pool, user, token, seedStorage}: Choice, reach: Reach, secret: string): string {
	const {urls, fingerprint, caFile} = reach;
	const text = JSON.stringify;
	const address = urls.length === 1 ? `url = ${text(urls[0])}` : `urls = [${urls.map((url) => text(url)).join(', ')}]`;
	const trust = [
		...(fingerprint === undefined ? [] : [`fingerprint = ${text(fingerprint)}`]),
		...(caFile === undefined ? [] : [`ca_file = ${text(caFile)}`]),
	];
	return [
		'# Written by garm-proxmox setup. Every key: docs/configuration.md',
		address,
		`pool = ${text(pool)}`,
		'',
		'[token]',
		`id = ${text(`${user}!${token}`)}`,
		`secret = ${text(secret)}`,
		...(trust.length === 0 ? [] : ['', '[tls]', ...trust]),
		'',
		'[storage]',
		`seed = ${text(seedStorage)}`,
		'',
	].join('\n');
}
