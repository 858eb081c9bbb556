import type {NetworkFacts, TagRules} from '../doctor/facts.ts';
import type {
	ActiveClone,
	ActiveUpload,
	DeadWork,
	Inventory,
	ObservedDisk,
	ObservedSeed,
	Power,
	VmConfig,
	VmRow,
} from '../runner/observed.ts';
import type {CloneStep, ConfigureStep} from '../runner/step.ts';

/**
 * The cluster as the commands need it.
 *
 * Reads retry by themselves and throw `unreachable` when no answer comes. `not-found` from a call with a node and a
 * VMID means "not on that node": the VM may have moved, so only a new inventory tells whether it is gone. Writes are
 * never repeated; they end when PVE's task has ended, and throw `busy` where a later try can succeed, `refused` where
 * it cannot, `task-failed` where the task ended badly, and `unreachable` where nobody knows whether the act happened.
 */
export interface Cluster {
	/** Every VM, node and storage the token may see, from one answer. Containers are left out. */
	inventory(): Promise<Inventory>;
	/** The VMs of one node, live: name, power, tags and lock of this moment. */
	nodeVms(node: string): Promise<readonly VmRow[]>;
	vmConfig(node: string, vmid: number): Promise<VmConfig>;
	vmPower(node: string, vmid: number): Promise<Power>;
	/** Whether no VM or container of the cluster has this VMID, seen by the token or not. */
	isVmidFree(vmid: number): Promise<boolean>;
	/** Throws `refused` where the token may not see every runner: PVE leaves out of its lists what a token may not audit. */
	proveSight(): Promise<void>;
	/** The clones our token has running on these nodes. */
	activeClones(nodes: readonly string[]): Promise<readonly ActiveClone[]>;
	/** The uploads our token has running on these nodes. */
	activeUploads(nodes: readonly string[]): Promise<readonly ActiveUpload[]>;
	/** The clones and destroys of our token on these nodes whose workers died. */
	deadWork(nodes: readonly string[]): Promise<readonly DeadWork[]>;
	/** The types of the tasks at work on a VM. */
	vmTasks(node: string, vmid: number): Promise<readonly string[]>;
	/** The guest's addresses, if its agent answers within `timeoutMs`; no answer is no fault. */
	agentAddresses(node: string, vmid: number, timeoutMs: number): Promise<readonly string[] | undefined>;
	/** The ISO volumes of a storage whose file name begins with `prefix`. */
	seedVolumes(node: string, storage: string, prefix: string): Promise<readonly ObservedSeed[]>;

	/** Throws `busy` with facts.kind 'vmid-taken' where the VMID belongs to somebody. */
	clone(step: CloneStep): Promise<void>;
	/** Throws `refused` with facts.kind 'tags-forbidden' where the cluster forbids the tags. */
	configure(step: ConfigureStep): Promise<void>;
	resize(node: string, vmid: number, disk: string, sizeGiB: number): Promise<void>;
	/** Ends well also where the VM runs already. */
	start(node: string, vmid: number): Promise<void>;
	resume(node: string, vmid: number): Promise<void>;
	/** Ends well also where the VM is stopped already. */
	stop(node: string, vmid: number): Promise<void>;
	destroy(node: string, vmid: number): Promise<void>;
	/** Gives the volume id, e.g. `local:iso/x.iso`; a volume of that name is overwritten. */
	uploadSeed(node: string, storage: string, fileName: string, image: Uint8Array): Promise<string>;
	/** Ends well also where the volume is gone already. */
	removeSeed(node: string, volumeId: string): Promise<void>;
}

/** The disks that lie on the storages. */
export interface Disks {
	/** Those of one storage, as far as the token may see them; throws `refused` where it may see none. */
	diskVolumes(node: string, storage: string): Promise<readonly ObservedDisk[]>;
}

/** What the cluster tells a token of its own rights, and of the rules around it. */
export interface Rules {
	/** The token's privileges on a path; none where the path does not exist. */
	privilegesOn(path: string): Promise<readonly string[]>;
	/** What each role holds, PVE's own too. */
	roles(): Promise<Readonly<Record<string, readonly string[]>>>;
	/** The resource pools that the token may audit. */
	pools(): Promise<readonly string[]>;
	tagRules(): Promise<TagRules>;
	/** The bridges and VNets of a node that the token may use or audit. */
	networks(node: string): Promise<readonly NetworkFacts[]>;
}
