import type {Mark} from './mark.ts';

/** What a VM is doing. `unknown`: nobody can tell now (its node is off line, or PVE has not said yet). */
export type Power = 'running' | 'stopped' | 'paused' | 'failed' | 'unknown';

/** One VM as the whole-cluster list tells it; name and power there may be ten seconds old. */
export interface VmRow {
	readonly vmid: number;
	readonly node: string;
	/** Absent while PVE does not know it: a fresh clone, or a node that is off line for long. */
	readonly name?: string;
	readonly power: Power;
	readonly template: boolean;
	readonly tags: readonly string[];
	readonly lock?: string;
	readonly pool?: string;
	/** How long it has been running. */
	readonly uptimeSeconds?: number;
}

/** A cluster node; memory is absent where the token may not see it. */
export interface ObservedNode {
	readonly node: string;
	readonly online: boolean;
	/** It is on line, and has not answered when it was asked. */
	readonly silent?: boolean;
	/** HA state as PVE spells it ("online", "maintenance", "fence", ...); absent where HA was never used. */
	readonly haState?: string;
	readonly memoryFreeBytes?: number;
}

/** A storage as one node sees it. */
export interface ObservedStorage {
	readonly node: string;
	readonly storage: string;
	readonly shared: boolean;
	readonly active: boolean;
	readonly content: readonly string[];
	/** PVE's plugin: `dir`, `lvmthin`, ... */
	readonly type?: string;
	/** Absent where PVE does not say. */
	readonly freeBytes?: number;
}

/** Everything the cluster lists in one answer. */
export interface Inventory {
	readonly vms: readonly VmRow[];
	readonly nodes: readonly ObservedNode[];
	readonly storages: readonly ObservedStorage[];
}

/** A VM's config: PVE's keys, every value as text ("cores": "2"). */
export type VmConfig = Readonly<Record<string, string>>;

/** A VM that was looked at closely. */
export interface ObservedVm extends VmRow {
	/** Absent where its node is off line, so that nobody can read it. */
	readonly config?: VmConfig;
	/** What its notes prove; absent where they prove nothing. */
	readonly mark?: Mark;
	/** The types of PVE's tasks that are at work on it ("qmstop"); absent where nobody asked. */
	readonly tasks?: readonly string[];
}

/** A template with its config. */
export interface ObservedTemplate {
	readonly vmid: number;
	readonly node: string;
	readonly name: string;
	readonly config: VmConfig;
}

/** A seed image on a storage, as one node sees it. */
export interface ObservedSeed {
	readonly node: string;
	readonly volumeId: string;
	readonly fileName: string;
	/** Seconds since the epoch; absent where PVE does not say. */
	readonly uploadedAt?: number;
}

/** A disk of a VM on a storage, as one node sees it. */
export interface ObservedDisk {
	readonly node: string;
	readonly volumeId: string;
	/** The VM that its name says it belongs to. */
	readonly vmid: number;
}

/** All that one look tells about one runner. */
export interface Observed {
	/** Every VM that may be the runner's: it lives in one of its slots, or is tagged or named as the runner would be. */
	readonly vms: readonly ObservedVm[];
	readonly inventory: Inventory;
	/** Slots of the runner that are taken by VMs which the token may not see. */
	readonly hidden: readonly {readonly vmid: number}[];
	/** VMIDs that clones of ours are being made at; undefined stands for a clone that has not told its VMID yet. */
	readonly cloning: readonly (number | undefined)[];
	/** Work of ours that nobody will end, as far as it may concern the runner's slots. */
	readonly dead: readonly DeadWork[];
	/** Files that uploads of ours are bringing; undefined stands for one that has not told its name yet. */
	readonly uploading: readonly (string | undefined)[];
	/** For how long nothing of the runner has been seen but its seeds, in milliseconds; 0 while there is more. */
	readonly quietMs: number;
	/** What the image resolves to; empty where no clone is needed. */
	readonly templates: readonly ObservedTemplate[];
	readonly seeds: readonly ObservedSeed[];
	/** VMs that cannot be started, since they lack a disk. */
	readonly brokenVmids: readonly number[];
	/** Whether the cluster has refused a linked clone of the template. */
	readonly linkedCloneRefused: boolean;
	/** Whether the cluster has refused the tags. */
	readonly tagsRefused: boolean;
}

/** An upload of ours that is under way; the file is absent while its log does not tell it. */
export interface ActiveUpload {
	/** Tells one upload from another. */
	readonly id: string;
	readonly fileName?: string;
}

/** A VM that a worker of ours has left unfinished: PVE lets only root finish that or take it back. */
export interface DeadWork {
	readonly what: 'clone' | 'destroy';
	/** The node that ran the worker: the VM's config lies there. */
	readonly node: string;
	/** Absent where the worker's log does not tell. */
	readonly vmid?: number;
}

/** A clone that a worker of ours is making at this moment; the new VMID is absent while its log does not tell it. */
export interface ActiveClone {
	/** Tells one clone from another. */
	readonly id: string;
	readonly node: string;
	readonly vmid?: number;
}
