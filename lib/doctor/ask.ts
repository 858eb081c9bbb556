import type {DesiredMachine, DesiredNetwork, DesiredRunner} from '../runner/desired.ts';
import type {VmidRange} from '../runner/vmid.ts';

/** What shall work: a whole config, or one pool of it. */
export interface Ask {
	readonly tokenId: string;
	/** PVE's resource pool. */
	readonly pool?: string;
	readonly nodes?: readonly string[];
	readonly vmidRange: VmidRange;
	readonly tags: boolean;
	readonly seedStorage: string;
	readonly clone: DesiredRunner['clone'];
	readonly network?: DesiredNetwork;
	/** Empty: every template that the token sees, since a pool may name any of them. */
	readonly images: readonly AskedImage[];
	/** Empty: none but those written out, such as `4c-8g`. */
	readonly flavors: readonly AskedFlavor[];
}

export interface AskedImage {
	readonly name: string;
	/** VMID or name. */
	readonly template: number | string;
	readonly os?: 'linux' | 'windows';
}

export interface AskedFlavor {
	readonly name: string;
	readonly machine: DesiredMachine;
}
