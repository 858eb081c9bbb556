import {readFileSync, writeFileSync} from 'node:fs';

/** The two versions that were recorded. */
export type PveVersion = '8.4' | '9.2';

/** What a node's neighbours and its own API make of it. */
export type NodeState =
	| 'online'
	/** pveproxy stopped: connections are refused, the cluster sees nothing of it. */
	| 'api-down'
	/** pveproxy stopped by SIGSTOP: requests wait to be taken, and are lost where the node asked gives up on them first. */
	| 'api-hanging'
	/** pvedaemon stopped: what needs root on the node is refused, what pveproxy answers by itself works. */
	| 'daemon-down'
	/** pvedaemon stopped by SIGSTOP: what needs root is accepted and acted on when it goes on. */
	| 'daemon-hanging'
	/** Power gone. */
	| 'dead'
	/** HA maintenance mode: everything works, `hastate` says so. */
	| 'maintenance'
	/** Its own corosync is gone: it reads, but cannot write. */
	| 'no-quorum';

export interface WorldNode {
	readonly nodeid: number;
	readonly ip: string;
	state: NodeState;
	/** When the state began, milliseconds of the simulator's clock; 0 for "always". */
	since: number;
	readonly maxcpu: number;
	readonly maxmem: number;
	/** Shown in resources once HA has been used anywhere in the cluster. */
	hastate?: string;
	/** When it is back after more than five minutes: unknown until its next broadcast. */
	fresh?: boolean;
	/** Names of the bridges. */
	readonly bridges: readonly string[];
	/** Whether the other nodes can reach its sshd (uploads through another node). */
	readonly ssh: boolean;
}

export interface AgentInterface {
	readonly name: string;
	readonly mac?: string;
	readonly addresses: readonly string[];
}

export interface Guest {
	readonly vmid: number;
	readonly type: 'qemu' | 'lxc';
	node: string;
	/** The config file's active part, every value as it is written there. */
	config: Record<string, string>;
	/** The config file's [PENDING] section; `null` marks a pending deletion. */
	pending: Record<string, string | null>;
	power: 'stopped' | 'running' | 'paused';
	startedAt: number;
	stoppedAt: number;
	pid: number;
	/** HA's wish for it, e.g. `started`; absent for a VM that HA does not manage. */
	ha?: string;
	/** What runs inside; absent means: an agent that comes up some seconds after the start. */
	inside?: GuestInside;
}

export interface GuestInside {
	/** `never` for a guest without an agent program; a number of genuine milliseconds after start otherwise. */
	readonly agentAfterMs?: number | 'never';
	readonly interfaces?: readonly AgentInterface[];
	/** A guest that ignores ACPI power-down. */
	readonly deaf?: boolean;
}

export type StorageType = 'dir' | 'nfs' | 'btrfs' | 'lvmthin' | 'lvm' | 'zfspool' | 'rbd';

export interface WorldStorage {
	readonly type: StorageType;
	readonly shared: boolean;
	readonly content: readonly string[];
	/** The nodes it is restricted to; absent means all. */
	readonly nodes?: readonly string[];
	readonly path?: string;
	readonly total: number;
	/** Bytes in use besides the volumes of this world. */
	used: number;
	disabled?: boolean;
	/** Every allocation fails as on a full disk. */
	full?: boolean;
	/** Genuine milliseconds that a slow storage takes longer to make a volume, and to copy one to it. */
	slow?: {readonly createMs?: number; readonly copyMs?: number};
}

export interface Volume {
	readonly volid: string;
	readonly storage: string;
	/** The node that holds it; `null` on shared storage. */
	readonly node: string | null;
	readonly content: string;
	readonly format: string;
	size: number;
	used: number;
	readonly ctime: number;
	readonly vmid?: number;
	readonly parent?: string | null;
	/** SHA-256 of an uploaded file. */
	readonly sha256?: string;
}

export interface Task {
	readonly upid: string;
	readonly node: string;
	readonly pid: number;
	readonly pstart: number;
	readonly starttime: number;
	readonly type: string;
	readonly id: string;
	readonly user: string;
	readonly tokenid?: string;
	status: 'running' | 'stopped';
	exitstatus?: string;
	endtime?: number;
	log: string[];
}

export interface Pool {
	comment?: string;
	readonly vms: number[];
	readonly storages: string[];
}

export interface AclEntry {
	readonly path: string;
	/** `garm@pve` or `garm@pve!runner`. */
	readonly who: string;
	readonly role: string;
	readonly propagate: boolean;
}

export interface Token {
	readonly privsep: boolean;
	secret: string;
	readonly comment?: string;
}

export interface User {
	readonly password?: string;
	readonly enabled: boolean;
	readonly comment?: string;
	/** Whether a second factor is asked for after the password. */
	readonly tfa?: boolean;
}

export interface Access {
	readonly users: Record<string, User>;
	readonly tokens: Record<string, Token>;
	/** Roles beside the built-in ones. */
	readonly roles: Record<string, readonly string[]>;
	acl: AclEntry[];
}

/** A whole cluster as plain data: what is written here is what JSON can hold. */
export interface World {
	readonly name: string;
	pveVersion: PveVersion;
	/** The cluster's name; absent on a node that stands alone. */
	readonly clusterName?: string;
	readonly nodes: Record<string, WorldNode>;
	readonly guests: Record<string, Guest>;
	readonly storages: Record<string, WorldStorage>;
	/** The SDN zone of each VNet; absent where there are none. */
	readonly vnets?: Record<string, string>;
	/** By {@link volumeKey}. */
	readonly volumes: Record<string, Volume>;
	readonly pools: Record<string, Pool>;
	readonly access: Access;
	/** datacenter.cfg: every value as it is written there. */
	readonly options: Record<string, string>;
	readonly tasks: Record<string, Task>;
	/** `false`: 9.2 does not hold the config lock after a stop and a quick start (FACTS section 8). */
	powerCycleLock?: boolean;
}

/** Where a volume is kept in `world.volumes`: local storages of two nodes may hold the same volid. */
export const volumeKey = (volid: string, node: string | null): string => (node === null ? volid : `${node}/${volid}`);

/** A world from a JSON file; its running tasks are those of a machine that lost power. */
export function loadWorld(file: string): World {
	return JSON.parse(readFileSync(file, 'utf8')) as World;
}

/** Writes a world as a JSON file that loadWorld reads. It holds token secrets: mode 0600. */
export function saveWorld(file: string, world: World): void {
	writeFileSync(file, `${JSON.stringify(world, null, 2)}\n`, {mode: 0o600});
}
