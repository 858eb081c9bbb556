/** One act on the cluster, as data: every value it needs is in it, and every value is absolute. */
export type Step =
	| CloneStep
	| {readonly do: 'upload-seed'; readonly node: string; readonly storage: string; readonly fileName: string}
	| ConfigureStep
	| {
			readonly do: 'resize';
			readonly vmid: number;
			readonly node: string;
			readonly disk: string;
			readonly sizeGiB: number;
	  }
	| {readonly do: 'start' | 'resume' | 'stop' | 'destroy'; readonly vmid: number; readonly node: string}
	| {readonly do: 'remove-seed'; readonly node: string; readonly volumeId: string}
	| {readonly do: 'wait'; readonly why: string};

export interface CloneStep {
	readonly do: 'clone';
	readonly templateVmid: number;
	readonly templateNode: string;
	readonly vmid: number;
	/** The node the VM shall live on. */
	readonly node: string;
	readonly vmName: string;
	readonly notes: string;
	readonly pool?: string;
	readonly full: boolean;
	/** Only with `full`. */
	readonly storage?: string;
	/** Only with `full`. */
	readonly format?: string;
}

export interface ConfigureStep {
	readonly do: 'configure';
	readonly vmid: number;
	readonly node: string;
	readonly set: Readonly<Record<string, string | number>>;
	readonly remove: readonly string[];
	/** The config's digest when it was read: PVE refuses the change where another one came between. */
	readonly digest?: string;
}
