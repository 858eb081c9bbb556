import type {Inventory, ObservedTemplate, VmRow} from '../runner/observed.ts';

/** One address of the config, and what it said. */
export interface EndpointFacts {
	readonly url: string;
	/** Why nothing was heard of it; absent where it answered. */
	readonly trouble?: {readonly kind: 'tls' | 'silent'; readonly why: string};
	readonly tokenTaken?: boolean;
	/** `8.4.21`; absent where the token was not taken. */
	readonly version?: string;
	readonly roundTripMs?: number;
	/** How far its clock is ahead of ours; whole seconds. */
	readonly skewMs?: number;
}

/** Which tags the cluster lets ordinary users set. */
export interface TagRules {
	/** `free`, `existing`, `list` or `none`. */
	readonly allow: string;
	/** Tags that need Sys.Modify on `/`. */
	readonly registered: readonly string[];
}

/** A bridge or a VNet that the token may use on a node. */
export interface NetworkFacts {
	readonly name: string;
	readonly vnet: boolean;
}

/** What is wrong, in a clause without a full stop, and the line that mends it. */
export interface Problem {
	readonly why: string;
	readonly mend?: string;
}

/** What an image means on the cluster. */
export interface ImageFacts {
	readonly name: string;
	readonly templates: readonly ObservedTemplate[];
	readonly problems: readonly Problem[];
}

/** Everything that was asked of the cluster. */
export interface ClusterFacts {
	readonly inventory: Inventory;
	/** PVE's own roles and the operator's, by name; empty where nobody may read them. */
	readonly roles: Readonly<Record<string, readonly string[]>>;
	/** The token's privileges, by path. */
	readonly held: Readonly<Record<string, readonly string[]>>;
	/** The resource pools that the token may audit. */
	readonly pools: readonly string[];
	readonly tagRules: TagRules;
	readonly images: readonly ImageFacts[];
	/** By node; a node that did not tell is absent. */
	readonly networks: Readonly<Record<string, readonly NetworkFacts[]>>;
	/** VMIDs of the range that were asked for, and how many of them are taken. */
	readonly vmids: {readonly asked: number; readonly taken: number};
	/** VMs that an earlier `doctor --try` has left behind. */
	readonly leftovers: readonly VmRow[];
}
