/** A task's id taken apart. pve-common Tools.pm upid_decode. */
export interface Upid {
	readonly text: string;
	readonly node: string;
	readonly pid: number;
	readonly pstart: number;
	readonly starttime: number;
	readonly type: string;
	readonly id: string;
	/** `root@pam` or `root@pam!full`. */
	readonly user: string;
}

const shape =
	/UPID:([a-zA-Z0-9-]+):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s/]+):/;

/** The first UPID in a text, percent-encoded or not. */
export function findUpid(text: string): Upid | undefined {
	const found = shape.exec(text.replaceAll('%3A', ':').replaceAll('%40', '@').replaceAll('%21', '!'));
	if (found === null) return undefined;
	const [whole, node = '', pid = '', pstart = '', starttime = '', type = '', id = '', user = ''] = found;
	const hex = (digits: string): number => Number.parseInt(digits, 16);
	return {text: whole, node, pid: hex(pid), pstart: hex(pstart), starttime: hex(starttime), type, id, user};
}
