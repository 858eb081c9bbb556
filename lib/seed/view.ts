/** Everything that a runner's seed is made from. */
export interface SeedInput {
	/** GARM's exact name. */
	readonly runnerName: string;
	readonly hostName: string;
	readonly instanceId: string;
	readonly os: 'linux' | 'windows';
	readonly arch: 'amd64' | 'arm64' | 'arm';
	/** Token and checksum are empty where GARM sends none. */
	readonly tool: {
		readonly downloadUrl: string;
		readonly fileName: string;
		readonly token: string;
		readonly sha256: string;
	};
	readonly repoUrl: string;
	readonly callbackUrl: string;
	readonly metadataUrl: string;
	readonly instanceToken: string;
	readonly sshKeys: readonly string[];
	readonly runnerGroup: string;
	/** Empty where GARM sends none. */
	readonly caBundlePem: string;
	readonly labels: readonly string[];
	/** Whether the runner fetches a just-in-time config instead of a registration token. */
	readonly jit: boolean;
	readonly updatesOnBoot: boolean;
	readonly extraPackages: readonly string[];
	readonly bootDebug: boolean;
	/** The pool's Go template of the install script; absent where our own is used. */
	readonly installTemplate: string | undefined;
	readonly preInstallScripts: Readonly<Record<string, Uint8Array>>;
	readonly extraContext: Readonly<Record<string, string>>;
	readonly proxy: {readonly http: string; readonly https: string; readonly none: string};
	readonly format: 'nocloud' | 'config-drive';
}

/** The user that runs jobs, and its group. */
export const runnerUser = 'runner';
