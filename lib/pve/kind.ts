import type {FaultCode} from '../fault.ts';

interface Meaning {
	readonly code: FaultCode;
	/** What to do next, for an operator; `<vmid>` stands for the VM it is about. */
	readonly advice: string;
}

/**
 * Every `facts.kind` of a Fault that lib/pve throws, with its code.
 *
 * Of a write, `never-sent`, `node-unreachable` and `no-worker` mean that it was not carried out; `outcome-unknown`
 * means that it may have been, or may yet be.
 */
const meanings = {
	'vmid-taken': {code: 'busy', advice: 'That VMID is in use; what has it was not touched.'},
	locked: {
		code: 'busy',
		advice: 'Another task works on the VM. If none does, root removes the lock with `qm unlock <vmid>`.',
	},
	'lock-timeout': {code: 'busy', advice: 'Another task holds that lock; a later try can succeed.'},
	quorum: {code: 'busy', advice: 'Nothing can be written until most nodes of the cluster see one another again.'},
	running: {code: 'busy', advice: 'It has to be stopped first.'},
	'not-running': {code: 'busy', advice: 'It has to be started first.'},
	'already-running': {code: 'busy', advice: 'Somebody else has started it.'},
	'config-changed': {code: 'busy', advice: 'Somebody else changed it at the same moment; a later try can succeed.'},
	'no-worker': {code: 'busy', advice: 'The node is overloaded and did not begin; a later try can succeed.'},
	gone: {code: 'not-found', advice: 'It was removed, or it moved to another node.'},
	protected: {
		code: 'refused',
		advice: 'If it may be removed, take its protection away: `qm set <vmid> --protection 0`.',
	},
	'tags-forbidden': {
		code: 'refused',
		advice:
			'Datacenter options (user-tag-access, registered-tags) reserve that tag; allow it there, or grant the token Sys.Modify on /.',
	},
	permission: {code: 'refused', advice: 'docs/permissions.md lists what the token needs.'},
	'needs-root': {code: 'refused', advice: 'Only root@pam may do that, never an API token; do it on the node.'},
	'no-space': {code: 'refused', advice: 'Free space there, or choose another storage.'},
	'ha-managed': {code: 'refused', advice: 'Take the VM out of HA first: `ha-manager remove vm:<vmid>`.'},
	'base-in-use': {code: 'refused', advice: 'Linked clones still use its disks; remove them first.'},
	'is-template': {code: 'refused', advice: 'It is a template.'},
	'disk-left': {code: 'refused', advice: 'Remove it on the node: `pvesm free VOLUME`.'},
	'no-such-volume': {code: 'refused', advice: "Look whether that storage is available on the VM's node."},
	'linked-clone-unsupported': {code: 'refused', advice: 'Use full clones, or a storage that can make linked ones.'},
	'local-storage-target': {
		code: 'refused',
		advice:
			'Every disk and drive of the template has to be on shared storage for that; else keep a template on each node.',
	},
	'storage-unavailable': {code: 'refused', advice: 'Look at the storage on that node.'},
	'start-failed': {code: 'task-failed', advice: 'The task log of the VM tells more.'},
	'checksum-mismatch': {code: 'task-failed', advice: 'The upload was damaged on its way; try again.'},
	'no-such-storage': {code: 'bad-request', advice: 'Name a storage that exists (`pvesm status`).'},
	'unfit-storage': {code: 'bad-request', advice: 'Name a storage that can hold that, or enable the content on it.'},
	'no-such-node': {code: 'bad-request', advice: 'Name a node of the cluster (`pvecm nodes`).'},
	'no-such-pool': {code: 'bad-request', advice: 'Create the pool, or name one that exists (`pvesh get /pools`).'},
	'no-such-disk': {code: 'bad-request', advice: 'Name a disk that the template has.'},
	'smaller-disk': {
		code: 'bad-request',
		advice: 'A disk can grow only: ask for at least the size that the template has.',
	},
	'bad-parameter': {code: 'bad-request', advice: 'PVE does not take that value.'},
	auth: {
		code: 'refused',
		advice:
			'Check that the token exists, that its secret is the one that was shown when it was made, and that neither it nor its user is disabled or expired.',
	},
	tls: {
		code: 'unreachable',
		advice: 'Nothing was sent. Check the configured fingerprint or CA against the certificate of the node.',
	},
	'never-sent': {code: 'unreachable', advice: 'Nothing was done. Check the address, the network and the node.'},
	'node-unreachable': {code: 'unreachable', advice: 'Nothing was done. The other node does not answer the node asked.'},
	'no-answer': {code: 'unreachable', advice: 'Check the node and the network.'},
	'outcome-unknown': {code: 'unreachable', advice: 'Whether it happened has to be looked up.'},
	'not-whole': {
		code: 'unreachable',
		advice: 'If a reverse proxy stands before the API, look at it; the address has to be that of the API itself.',
	},
	'not-implemented': {code: 'bug', advice: 'This PVE does not know the call; PVE 8.0 or newer is needed.'},
	unknown: {code: 'refused', advice: 'The task log of the node may tell more.'},
	'task-failed': {code: 'task-failed', advice: 'The end of its log is in this message.'},
} as const satisfies Readonly<Record<string, Meaning>>;

/** What exactly went wrong, closed: finer than the code. */
export type Kind = keyof typeof meanings;

/** The code and the advice of a kind. */
export function meaningOf(kind: Kind): Meaning {
	return meanings[kind];
}
