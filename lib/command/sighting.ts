import type {Mark} from '../runner/mark.ts';
import type {ObservedVm, Power} from '../runner/observed.ts';
import type {Cluster} from './ports.ts';

/** A runner of ours as it is at this moment. */
export interface Sighting {
	readonly name: string;
	readonly pool: string;
	readonly power: Power;
	readonly addresses: readonly string[];
	/** Absent where the VM's node is off line and only its tags can be read. */
	readonly mark?: Mark;
}

// An agent that is up answers in 0.1 to 0.2 s; one that is not costs a PVE worker 3 s (seen on 8.4).
const agentPatienceMs = 700;

/** The guest's addresses, where an agent is configured and answers at once. */
export async function askAddresses(
	cluster: Cluster,
	{node, vmid, power, config = {}}: ObservedVm,
): Promise<readonly string[] | undefined> {
	if (power !== 'running' || !hasAgent(config.agent)) return undefined;
	return cluster.agentAddresses(node, vmid, agentPatienceMs);
}

/** Whether PVE's `agent` setting (`1`, `enabled=1,fstrim_cloned_disks=1`) asks for an agent. */
export function hasAgent(setting: string | undefined): boolean {
	return /^(?:enabled=)?1(?:,|$)/.test(setting ?? '');
}
