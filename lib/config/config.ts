/** A checked provider config: every default is in it. */
export interface Config {
	/** Entries to one cluster: `https://host:port`. */
	readonly urls: readonly string[];
	readonly token: {readonly id: string; readonly secret: string};
	readonly tls: {
		readonly fingerprint?: string | readonly string[];
		readonly caPem?: string;
		readonly insecure?: boolean;
	};
	readonly proxy?: string;
	/** PVE's resource pool. */
	readonly pool?: string;
	readonly nodes?: readonly string[];
	readonly vmidRange: {readonly first: number; readonly last: number};
	readonly tags: boolean;
	readonly storage: {readonly seed: string; readonly disks?: string};
	/** How long a runner runs before its seed goes; absent: as long as the runner. */
	readonly evictAfterSeconds?: number;
	readonly clone: {readonly mode: 'auto' | 'linked' | 'full'; readonly format?: string};
	readonly network?: NetworkConfig;
	readonly flavors: Readonly<Record<string, Flavor>>;
	readonly images: Readonly<Record<string, Image>>;
	readonly timeouts: {
		readonly createMs: number;
		readonly operationMs: number;
		readonly cleanupMs: number;
		readonly requestMs: number;
	};
	readonly log: {readonly level: 'debug' | 'info' | 'warn' | 'error'};
	/** What is allowed and yet looks like a mistake. */
	readonly warnings: readonly string[];
}

export interface NetworkConfig {
	readonly bridge?: string;
	readonly vlan?: number;
	readonly model?: string;
	readonly mtu?: number;
	readonly firewall?: boolean;
}

/** A machine size; what is absent stays as the template has it. */
export interface Flavor {
	readonly cores?: number;
	readonly sockets?: number;
	readonly memoryMiB?: number;
	readonly diskGiB?: number;
	readonly cpu?: string;
}

/** What a pool's image name stands for. */
export interface Image {
	readonly template: number | string;
	readonly os?: 'linux' | 'windows';
	readonly arch?: 'amd64' | 'arm64' | 'arm';
	readonly osName?: string;
	readonly osVersion?: string;
	readonly seedFormat?: 'nocloud' | 'config-drive';
}
