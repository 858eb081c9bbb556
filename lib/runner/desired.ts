import type {VmidRange} from './vmid.ts';

/** Who a runner is. */
export interface RunnerIdentity {
	readonly controller: string;
	/** GARM's exact runner name. */
	readonly name: string;
}

/** A network card as the operator asks for it; what is absent stays as the template has it. */
export interface DesiredNetwork {
	readonly bridge?: string;
	readonly vlan?: number;
	readonly model?: string;
	readonly mtu?: number;
	readonly firewall?: boolean;
}

/** The machine that a flavor stands for; what is absent stays as the template has it. */
export interface DesiredMachine {
	readonly cores?: number;
	readonly sockets?: number;
	readonly memoryMiB?: number;
	readonly diskGiB?: number;
	readonly cpu?: string;
}

/** The runner VM that shall exist, all of it. */
export interface DesiredRunner extends RunnerIdentity {
	readonly pool: string;
	readonly vmidRange: VmidRange;
	/** ISO 8601, UTC. */
	readonly created: string;
	readonly image: string;
	readonly flavor: string;
	readonly os: 'linux' | 'windows';
	readonly arch: string;
	readonly osName?: string;
	readonly osVersion?: string;
	/** VMID or name of the template. */
	readonly template: number | string;
	readonly machine: DesiredMachine;
	readonly network?: DesiredNetwork;
	readonly clone: {readonly mode: 'auto' | 'linked' | 'full'; readonly storage?: string; readonly format?: string};
	/** PVE's resource pool. */
	readonly resourcePool?: string;
	/** The nodes it may live on; absent means every node. */
	readonly nodes?: readonly string[];
	readonly tags: boolean;
	readonly seed: {readonly storage: string; readonly fileName: string; readonly image: Uint8Array};
}
