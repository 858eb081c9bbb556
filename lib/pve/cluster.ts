import type {Inventory, VmRow} from '../runner/observed.ts';
import {readRows} from './decode.ts';
import {decodeInventory} from './decode-inventory.ts';
import {decodeVm} from './decode-vm.ts';
import type {Session} from './session.ts';

/** What the cluster as a whole tells. */
export interface ClusterCalls {
	/** Every VM, node and storage the token may see, from one answer. Containers are left out. */
	inventory(): Promise<Inventory>;
	/** The VMs of one node, live. */
	nodeVms(node: string): Promise<readonly VmRow[]>;
	isVmidFree(vmid: number): Promise<boolean>;
}

/** The calls about the cluster over `session`. */
export function clusterCalls({api, attempt, isVmidFree}: Session): ClusterCalls {
	return {
		isVmidFree,
		inventory: () =>
			attempt({what: 'list the VMs, nodes and storages of the cluster'}, async () => {
				const data: unknown = await api.cluster.resources.$get();
				return decodeInventory(data);
			}),
		nodeVms: (node) =>
			attempt({what: `list the VMs of node ${node}`, node}, async () => {
				const data: unknown = await api.nodes.$(encodeURIComponent(node)).qemu.$get();
				const what = `the VMs of node ${node}`;
				return readRows(data, what).map((row) => decodeVm(row, what, node));
			}),
	};
}
