import {Fault} from '../fault.ts';
import type {AccessCalls} from './access.ts';

/**
 * The way to prove that the token sees every runner: it may audit the VMs of `runnerPool`, or all. PVE leaves out of its
 * lists what a token may not audit (pve-manager API2/Cluster.pm resources, qemu-server API2/Qemu.pm vmlist). Throws
 * `refused` where it may not: what is not listed may be there then.
 */
export function sightProof({privilegesOn}: AccessCalls, runnerPool: string | undefined): () => Promise<void> {
	const paths = runnerPool === undefined ? ['/vms'] : [`/pool/${runnerPool}`, '/vms'];
	return async () => {
		for (const path of paths) if ((await privilegesOn(path)).includes('VM.Audit')) return;
		throw new Fault(
			'refused',
			`The token lacks VM.Audit on ${paths[0]}, so PVE shows it no runner, and none is known to be gone. Give it back; garm-proxmox doctor tells how.`,
			{facts: {kind: 'forbidden'}},
		);
	};
}
