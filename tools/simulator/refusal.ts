import type {PveVersion} from './world.ts';

/**
 * An answer that is not 200. `message` is the reason phrase and the body's `message`; `errors` are the parameters' own
 * texts; `body: 'empty'`, `'text'` and `'line'` (with a line end) are the answers that PVE gives outside its JSON
 * formatter.
 */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	readonly status: number;
	readonly errors: Readonly<Record<string, string>> | undefined;
	readonly body: 'json' | 'empty' | 'text' | 'line';
	readonly delayMs: number;

	constructor(status: number, message: string, options: RefusalOptions = {}) {
		super(message);
		this.status = status;
		this.errors = options.errors;
		this.body = options.body ?? 'json';
		this.delayMs = options.delayMs ?? 0;
	}
}

interface RefusalOptions {
	readonly errors?: Readonly<Record<string, string>>;
	readonly body?: 'json' | 'empty' | 'text' | 'line';
	/** Genuine milliseconds that pass before the answer leaves. */
	readonly delayMs?: number;
}

/** A 500 with PVE's text. */
export const die = (message: string): Refusal => new Refusal(500, message);

/** A 400 with one text for each parameter. Exception.pm raise_param_exc. */
export const badParameters = (errors: Readonly<Record<string, string>>): Refusal =>
	new Refusal(400, 'Parameter verification failed.', {errors});

// pve-http-server AnyEvent.pm: every 401 waits three seconds and has no body.
const authenticationDelayMs = 3000;

/** The texts of PVE, each with the file and sub it is raised in. */
export const texts = {
	// pve-http-server AnyEvent.pm auth_handler via PVE/HTTPServer.pm
	noTicket: () => new Refusal(401, 'No ticket', {body: 'empty', delayMs: authenticationDelayMs}),
	authenticationFailed: () =>
		new Refusal(401, 'Authentication failed!', {body: 'empty', delayMs: authenticationDelayMs}),
	invalidCsrf: () =>
		new Refusal(401, 'Permission denied - invalid csrf token', {body: 'empty', delayMs: authenticationDelayMs}),
	// pve-access-control API2/AccessControl.pm create_ticket
	authenticationFailure: () => new Refusal(401, 'authentication failure', {delayMs: authenticationDelayMs}),
	// pve-http-server AnyEvent.pm
	methodUnavailable: (method: string) => new Refusal(501, `method '${method}' not available`, {body: 'empty'}),
	chunked: () => new Refusal(501, 'chunked transfer encoding not supported', {body: 'text'}),
	unexpectedContent: (method: string) => new Refusal(501, `Unexpected content for method '${method}'`, {body: 'text'}),
	tooLarge: () => new Refusal(501, 'for data too large', {body: 'text'}),
	badContentType: (type: string) => new Refusal(506, `upload 'Content-Type '${type}' not implemented`, {body: 'text'}),
	noFormatter: (uri: string) => new Refusal(501, `no formatter for uri ${uri}`, {body: 'text'}),
	wrongFileField: (field: string) => {
		const text = `wrong field name '${field}' for file upload, expected 'filename'`;
		return new Refusal(500, `${text} at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 1281.`, {body: 'line'});
	},
	badMultipart: () => new Refusal(400, 'Bad Request', {body: 'empty'}),
	badJson: (near: string, version: PveVersion) => {
		const line = version === '8.4' ? 917 : 934;
		const text = `'"' expected, at character offset 1 (before "${near}") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line ${line}.`;
		return new Refusal(500, text, {body: 'line'});
	},
	// pve-manager PVE/HTTPServer.pm rest_handler
	notImplemented: (method: string, path: string) => new Refusal(501, `Method '${method} ${path}' not implemented`),
	// pve-access-control RPCEnvironment.pm check, check_full
	permission: (path: string, privileges: readonly string[]) =>
		new Refusal(403, `Permission check failed (${path}, ${privileges.join('|')})`),
	permissionBare: () => new Refusal(403, 'Permission check failed'),
	noSuchPool: (pool: string) => new Refusal(403, `Permission check failed (pool '${pool}' does not exist)`),
	modifyingTag: (tag: string) => new Refusal(403, `Permission check failed (/, Sys.Modify for modifying tag '${tag}')`),
	// pve-cluster Cluster.pm remote_node_ip via PVE/HTTPServer.pm
	unknownNode: (node: string) =>
		die(
			`hostname lookup '${node}' failed - failed to get address info for: ${node}: Temporary failure in name resolution`,
		),
	// pve-http-server AnyEvent.pm proxy_request: AnyEvent::HTTP's pseudo codes
	connectionRefused: () => new Refusal(595, 'Connection refused', {body: 'empty', delayMs: 30}),
	connectTimedOut: () => new Refusal(595, 'Connection timed out', {body: 'empty', delayMs: 20_000}),
	noRoute: () => new Refusal(595, 'No route to host', {body: 'empty', delayMs: 2000}),
	hanging: () => new Refusal(596, 'Connection timed out', {body: 'empty'}),
	// pve-guest-common AbstractConfig.pm
	noConfig: (node: string, vmid: number | string) =>
		die(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`),
	locked: (lock: string) => die(`VM is locked (${lock})`),
	protectedVm: (vmid: number | string) => die(`can't remove VM ${vmid} - protection mode enabled`),
	noSnapshot: (name: string) => die(`snapshot '${name}' does not exist`),
	digest: () => die('checksum mismatch (file change by other user?)'),
	// pve-cluster Cluster.pm / qemu-server QemuConfig.pm assert_config_exists_on_node
	notOnNode: (vmid: number | string, node: string) =>
		die(`unable to find configuration file for VM ${vmid} on node '${node}'`),
	// pve-common Tools.pm lock_file_full
	lockTimeout: (file: string) => die(`can't lock file '${file}' - got timeout`),
	// pve-cluster Cluster.pm cfs_lock
	storageLockTimeout: (storage: string) => die(`cfs-lock 'storage-${storage}' error: got lock request timeout`),
	noQuorumForLock: (lock: string) => die(`cfs-lock '${lock}' error: no quorum!`),
	noQuorum: () => die('cluster not ready - no quorum?'),
	// pve-common Tools.pm file_set_contents on pmxcfs
	readOnly: (path: string, pid: number) => die(`unable to open file '${path}.tmp.${pid}' - Permission denied`),
	fileExists: (path: string) => die(`close (rename) atomic file '${path}' failed: File exists`),
	// pve-cluster Cluster.pm check_node_exists
	noClusterNode: (node: string) => die(`no such cluster node '${node}'`),
	// pve-storage Storage.pm
	noStorage: (storage: string) => die(`storage '${storage}' does not exist`),
	storageUnavailable: (storage: string, node: string) => die(`storage '${storage}' is not available on node '${node}'`),
	noVolume: (volid: string) => die(`volume '${volid}' does not exist`),
	baseInUse: (volid: string) => die(`base volume '${volid}' is still in use by linked cloned`),
	// qemu-server API2/Qemu.pm clone_vm
	cloneExists: (vmid: number | string) => die(`unable to create VM ${vmid}: config file already exists`),
	linkedOption: (option: string) => die(`parameter '${option}' not allowed for linked clones`),
	linkedUnsupported: (volid: string, drive: string) =>
		die(`Linked clone feature is not supported for '${volid}' (${drive})`),
	usesLocalStorage: (node: string) => die(`can't clone VM to node '${node}' (VM uses local storage)`),
	nonSharedTarget: (storage: string) => die(`can't clone to non-shared storage '${storage}'`),
	// qemu-server API2/Qemu.pm create_vm
	createExists: (vmid: number | string, node: string) =>
		die(`unable to create VM ${vmid} - VM ${vmid} already exists on node '${node}'`),
	// qemu-server API2/Qemu.pm destroy_vm
	runningDestroy: (vmid: number | string) => die(`VM ${vmid} is running - destroy failed`),
	usedInHa: (vmid: number | string) =>
		die(`unable to remove VM ${vmid} - used in HA resources and purge parameter not set.`),
	// qemu-server QemuServer.pm
	alreadyRunning: (vmid: number | string) => die(`VM ${vmid} already running`),
	notRunning: (vmid: number | string) => die(`VM ${vmid} not running`),
	startTemplate: () => die("you can't start a vm if it's a template"),
	arbitraryPath: (version: PveVersion) => {
		const line = version === '8.4' ? 581 : 651;
		return die(`Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line ${line}.`);
	},
	templateAgain: () => die("you can't convert a template to a template"),
	powerdownTimeout: () => die('VM quit/powerdown failed - got timeout'),
	noDisk: (disk: string) => die(`disk '${disk}' does not exist`),
	shrink: () => die('shrinking disks is not supported'),
	noOptions: () => die('no options specified'),
	rootOnly: (option: string) => die(`only root can set '${option}' config`),
	rootOnlyOption: (option: string) => badParameters({[option]: 'Only root may use this option.'}),
	// qemu-server Agent.pm
	noAgent: () => die('No QEMU guest agent configured'),
	agentVmStopped: (vmid: number | string) => die(`VM ${vmid} is not running`),
	agentDown: () => die('QEMU guest agent is not running'),
	// pve-common RESTEnvironment.pm fork_worker
	noWorker: () => die('got no worker upid - start worker failed'),
	// pve-manager API2/Tasks.pm
	badUpid: () => badParameters({upid: 'unable to parse worker upid'}),
	noTask: () => badParameters({upid: 'no such task'}),
} as const;
