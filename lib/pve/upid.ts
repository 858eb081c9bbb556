/** A task as its UPID names it. */
export interface Upid {
	readonly text: string;
	/** The node that runs the task: the only one that can tell about it. */
	readonly node: string;
	readonly type: string;
	/** The VMID or storage it was started for; a clone's source, never its new VM. */
	readonly id: string;
	/** With `!token` where a token started it. */
	readonly user: string;
}

// pve-common Tools.pm upid_decode
const shape =
	/^UPID:([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:([^:\s]+):([^:\s]*):([^:\s]+):$/;

/** The task that `value` names; absent where it is no UPID. */
export function parseUpid(value: unknown): Upid | undefined {
	if (typeof value !== 'string') return undefined;
	const [, node, type, id, user] = shape.exec(value) ?? [];
	if (node === undefined || type === undefined || id === undefined || user === undefined) return undefined;
	return {text: value, node, type, id, user};
}
