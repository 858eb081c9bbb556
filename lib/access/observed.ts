/** Users, roles and rights of a cluster, as root sees them. */
export interface ObservedAccess {
	/** Every privilege that this version of PVE knows. */
	readonly knownPrivileges: readonly string[];
	/** By name, PVE's own roles too. */
	readonly roles: Readonly<Record<string, readonly string[]>>;
	/** By `user@realm`. */
	readonly users: Readonly<Record<string, ObservedUser>>;
	readonly acl: readonly AclEntry[];
	/** By name. */
	readonly pools: Readonly<Record<string, ObservedPool>>;
	/** By name. */
	readonly storages: Readonly<Record<string, ObservedStorageConfig>>;
}

export interface ObservedUser {
	readonly enabled: boolean;
	readonly comment?: string;
	/** Names of its tokens. */
	readonly tokens: readonly string[];
}

export interface AclEntry {
	readonly path: string;
	/** `user@realm`, `user@realm!token`, or a group. */
	readonly who: string;
	readonly role: string;
}

export interface ObservedPool {
	readonly comment?: string;
	readonly vms: readonly number[];
}

export interface ObservedStorageConfig {
	/** `dir`, `nfs`, ... */
	readonly type: string;
	readonly content: readonly string[];
	readonly path?: string;
}

/** A cluster on which nothing has been set up. */
export function emptyAccess(knownPrivileges: readonly string[]): ObservedAccess {
	return {knownPrivileges, roles: {}, users: {}, acl: [], pools: {}, storages: {}};
}
