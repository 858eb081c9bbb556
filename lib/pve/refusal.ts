import type {Kind} from './kind.ts';

interface Phrase {
	readonly kind: Kind;
	/** Named groups become facts of the Fault. */
	readonly says: RegExp;
	/** Where PVE (or what it starts) says so. */
	readonly from: string;
}

/** What a text of PVE was understood as. */
export interface Reading {
	readonly kind: Kind;
	readonly facts: Readonly<Record<string, string>>;
}

// The first that fits counts. Texts: qemu-server, pve-storage, pve-common, pve-cluster, pve-guest-common,
// pve-access-control and pve-manager of PVE 8.4 and 9.2.
const phrases: readonly Phrase[] = [
	{
		kind: 'vmid-taken',
		says: /^unable to create VM (?<vmid>\d+): config file already exists$/,
		from: 'AbstractConfig.pm create_and_lock_config, by Qemu.pm clone_vm',
	},
	{
		kind: 'vmid-taken',
		says: /^close \(rename\) atomic file '\/etc\/pve\/nodes\/[^/']+\/(?:qemu-server|lxc)\/(?<vmid>\d+)\.conf' failed: File exists$/,
		from: 'Tools.pm file_set_contents; pmxcfs memdb.c refuses the second config of a VMID',
	},
	{
		kind: 'vmid-taken',
		says: /^(?:unable to create VM \d+ - )?(?:VM|CT) (?<vmid>\d+) already exists(?: on node '[^']+')?$/,
		from: 'Cluster.pm nextid; PVE/Cluster.pm check_vmid_unused',
	},
	{
		kind: 'locked',
		says: /^VM is locked \((?<lock>[a-z-]+)\)$/,
		from: 'AbstractConfig.pm check_lock',
	},
	{
		kind: 'outcome-unknown',
		says: /^can't lock file '\/var\/log\/pve\/tasks\/\.active\.lock' - got timeout$/,
		from: 'RESTEnvironment.pm active_workers, after the fork: the worker runs, its UPID is lost',
	},
	{
		kind: 'lock-timeout',
		says: /^can't lock file '\/var\/lock\/qemu-server\/lock-(?<vmid>\d+)\.conf' - got timeout$/,
		from: 'Tools.pm lock_file_full, by AbstractConfig.pm lock_config_full',
	},
	{
		kind: 'lock-timeout',
		says: /^can't lock file '(?<file>[^']+)' - got timeout$/,
		from: 'Tools.pm lock_file_full, by Storage/Plugin.pm cluster_lock_storage',
	},
	{kind: 'quorum', says: /^cluster not ready - no quorum\?$/, from: 'PVE/Cluster.pm check_cfs_quorum'},
	{kind: 'quorum', says: /cfs-lock '[^']+' error: no quorum!$/, from: 'PVE/Cluster.pm cfs_lock'},
	{
		kind: 'quorum',
		says: /^unable to open file '\/etc\/pve\/[^']+' - Permission denied$/,
		from: 'Tools.pm file_set_contents; pmxcfs is read-only without quorum',
	},
	{
		kind: 'lock-timeout',
		says: /cfs-lock '(?<file>[^']+)' error: got lock request timeout$/,
		from: 'PVE/Cluster.pm cfs_lock',
	},
	{
		kind: 'lock-timeout',
		says: /'(?<file>[^']+)'-locked command timed out - aborting$/,
		from: 'PVE/Cluster.pm cfs_lock',
	},
	{
		kind: 'gone',
		says: /^Configuration file 'nodes\/(?<node>[^/']+)\/qemu-server\/(?<vmid>\d+)\.conf' does not exist$/,
		from: 'AbstractConfig.pm load_config',
	},
	{
		kind: 'gone',
		says: /^unable to find configuration file for VM (?<vmid>\d+) on node '(?<node>[^']+)'$/,
		from: 'AbstractConfig.pm assert_config_exists_on_node',
	},
	{kind: 'running', says: /^VM (?<vmid>\d+) is running - destroy failed$/, from: 'Qemu.pm destroy_vm'},
	{kind: 'already-running', says: /^VM (?<vmid>\d+) already running$/, from: 'QemuServer.pm vm_start_nolock'},
	{kind: 'not-running', says: /^VM (?<vmid>\d+) (?:is )?not running$/, from: 'Qemu.pm vm_resume, vm_reset'},
	{
		kind: 'protected',
		says: /^can't remove VM (?<vmid>\d+) - protection mode enabled$/,
		from: 'AbstractConfig.pm check_protection, by Qemu.pm destroy_vm',
	},
	{
		kind: 'ha-managed',
		says: /^unable to remove VM (?<vmid>\d+) - used in HA resources and purge parameter not set\.$/,
		from: 'Qemu.pm destroy_vm',
	},
	{
		kind: 'tags-forbidden',
		says: /^Permission check failed \((?<path>[^,()]+), (?<privilege>Sys\.Modify) for modifying tag '(?<tag>[^']*)'\)$/,
		from: 'GuestHelpers.pm assert_tag_permissions',
	},
	{
		kind: 'no-such-pool',
		says: /^Permission check failed \(pool '(?<pool>[^']*)' does not exist\)$/,
		from: 'RPCEnvironment.pm check_perm_modify, exec_api2_perm_check',
	},
	{
		kind: 'permission',
		says: /^Permission check failed \((?<path>[^,()]+), (?<privilege>[A-Za-z.|]+)\)$/,
		from: 'Exception.pm raise_perm_exc, by RPCEnvironment.pm check',
	},
	{kind: 'permission', says: /^Permission check failed$/, from: 'RPCEnvironment.pm exec_api2_perm_check, an OR group'},
	{
		kind: 'needs-root',
		says: /^(?:only root can set '(?<option>[^']+)' config|Only root may use this option\.|Only root can pass arbitrary filesystem paths\.)$/,
		from: 'Qemu.pm check_vm_modify_config_perm; Storage.pm check_volume_access',
	},
	{
		kind: 'needs-root',
		says: /^user != root@pam$/,
		from: 'RPCEnvironment.pm check_api2_permissions',
	},
	{
		kind: 'linked-clone-unsupported',
		says: /^Linked clone feature is not supported for '(?<volume>[^']+)' \((?<disk>[a-z]+\d+)\)$/,
		from: 'Qemu.pm clone_vm',
	},
	{
		kind: 'bad-parameter',
		says: /^parameter '(?<parameter>storage|format)' not allowed for linked clones$/,
		from: 'Qemu.pm clone_vm',
	},
	{
		kind: 'local-storage-target',
		says: /^(?:can't clone VM to node '(?<node>[^']+)' \(VM uses local storage\)|can't clone to non-shared storage '(?<storage>[^']+)')$/,
		from: 'Qemu.pm clone_vm; Storage.pm target checks',
	},
	{
		kind: 'no-such-storage',
		says: /^storage '(?<storage>[^']+)' does not exist$/,
		from: 'Storage.pm storage_config',
	},
	{
		kind: 'storage-unavailable',
		says: /^storage '(?<storage>[^']+)' is (?:disabled|not online|not available on node '(?<node>[^']+)')$/,
		from: 'Storage.pm storage_check_enabled, storage_check_node, activate_storage',
	},
	{
		kind: 'storage-unavailable',
		says: /^can't activate storage '(?<storage>[^']+)' on node '(?<node>[^']+)'(?:: |$)/,
		from: 'Storage/Status.pm upload, by ssh to the other node',
	},
	{
		kind: 'unfit-storage',
		says: /^(?:can't upload to storage type '[^']+'|storage '(?<storage>[^']+)' does not support '[^']+' content)$/,
		from: 'Storage/Status.pm upload',
	},
	{
		kind: 'no-such-node',
		says: /^no such cluster node '(?<node>[^']+)'$/,
		from: 'PVE/Cluster.pm check_node_exists',
	},
	{
		kind: 'no-such-node',
		says: /^hostname lookup '(?<node>[^']+)' failed - /,
		from: 'INotify.pm; PVE/Cluster.pm remote_node_ip',
	},
	{
		kind: 'base-in-use',
		says: /^base volume '(?<volume>[^']+)' is still in use by linked cloned$/,
		from: 'QemuServer.pm destroy_vm',
	},
	{kind: 'is-template', says: /^you can't start a vm if it's a template$/, from: 'QemuServer.pm vm_start'},
	{
		kind: 'no-such-volume',
		says: /^volume '(?<volume>[^']+)' does not exist$/,
		from: 'Storage.pm; QemuServer.pm config_to_command',
	},
	{kind: 'no-such-disk', says: /^disk '(?<disk>[^']+)' does not exist$/, from: 'Qemu.pm resize_vm'},
	{kind: 'smaller-disk', says: /^shrinking disks is not supported$/, from: 'Qemu.pm resize_vm'},
	{kind: 'checksum-mismatch', says: /^checksum mismatch: got '/, from: 'Storage/Status.pm upload'},
	{
		kind: 'config-changed',
		says: /^checksum mismatch \(file change by other user\?\)$/,
		from: 'Tools.pm assert_if_modified',
	},
	{
		kind: 'no-worker',
		says: /^got no worker upid - start worker failed$/,
		from: 'RESTEnvironment.pm fork_worker: the child was killed before it was told to begin',
	},
	{
		kind: 'outcome-unknown',
		says: /^(?:unexpected status|unable to read tail \(got 0 bytes\))$/,
		from: 'Tools.pm upid_read_status: the worker died',
	},
	{
		kind: 'outcome-unknown',
		says: /(?:^|: )interrupted by signal$/,
		from: 'RESTEnvironment.pm fork_worker, Tools.pm run_command',
	},
	{kind: 'no-space', says: /No space left on device/, from: 'the system (ENOSPC), by way of qemu-img or File::Copy'},
	{
		kind: 'no-space',
		says: /Volume group "[^"]+" has insufficient free space|free space in thin pool \S+ reached threshold/,
		from: 'lvm2 lvcreate, by LVMPlugin.pm and LvmThinPlugin.pm',
	},
	{kind: 'no-space', says: /^.*cannot create '[^']+': out of space/, from: 'zfs create, by ZFSPoolPlugin.pm'},
	{kind: 'start-failed', says: /^start failed: /, from: 'QemuServer.pm vm_start_nolock'},
];

/** What `words` mean; absent where they are not known. `newVmid` is the VMID that a clone was to get. */
export function readWords(words: string, newVmid?: number): Reading | undefined {
	const plain = peel(words);
	for (const {kind, says} of phrases) {
		const match = says.exec(plain);
		if (match === null) continue;
		const facts = definedOnly(match.groups ?? {});
		// Qemu.pm clone_vm waits 1 s for the new VMID's lock: only another clone to it holds that one.
		const taken = kind === 'lock-timeout' && newVmid !== undefined && facts.vmid === String(newVmid);
		return {kind: taken ? 'vmid-taken' : kind, facts};
	}
	return undefined;
}

// Tasks put "403 " or "clone failed: " before the text, Perl its own place behind it, and further lines may follow.
function peel(words: string): string {
	const [line = ''] = words.trim().split('\n');
	return line
		.replace(/^(?:clone failed: |resize failed: )+/, '')
		.replace(/^\d{3} (?=Permission check failed)/, '')
		.replace(/ at \/usr\/share\/perl5\/\S+ line \d+\.?$/, '');
}

function definedOnly(groups: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
	const facts: Record<string, string> = {};
	for (const [name, value] of Object.entries(groups)) if (value !== undefined) facts[name] = value;
	return facts;
}
