import test from 'ava';
import type {FaultCode} from '../../lib/fault.ts';
import {isFault} from '../../lib/fault.ts';
import {BadAnswer} from '../../lib/pve/bad-answer.ts';
import {explain} from '../../lib/pve/explain.ts';
import type {Kind} from '../../lib/pve/kind.ts';
import {TaskFailure} from '../../lib/pve/task-failure.ts';
import {parseUpid} from '../../lib/pve/upid.ts';
import {token, upid} from './with-script.ts';

const act = {what: 'clone template 9000 to VM 200', vmid: 9000, newVmid: 200, node: 'pve'};

type Facts = Readonly<Record<string, string | number>>;

function faultOf(error: Error) {
	const fault = explain(error, act, token.id);
	if (!isFault(fault)) throw error;
	return fault;
}

// Texts as genuine PVE 8.4 and 9.2 sent them (shared/pve/transcripts), VMIDs and names changed in places; those of
// lvm2, ZFS and storage_check_* are read in the sources.
const answered = test.macro({
	title: (_title, status: number, text: string) => `${status} ${text.split('\n')[0]}`,
	exec: (t, status: number, words: string, code: FaultCode, kind: Kind, facts: Facts = {}) => {
		const fault = faultOf(new BadAnswer('POST', {status, words, whole: true}));
		t.deepEqual({code: fault.code, kind: fault.facts.kind}, {code, kind});
		t.like(fault.facts, {...facts, status});
		t.true(fault.message.startsWith('Unable to clone template 9000 to VM 200: '));
	},
});

const ended = test.macro({
	title: (_title, text: string) => `task: ${text}`,
	exec: (t, exitStatus: string, code: FaultCode, kind: Kind, facts: Facts = {}) => {
		const task = parseUpid(upid('qmclone', 9000));
		if (task === undefined) return t.fail();
		const fault = faultOf(new TaskFailure(task, exitStatus, ['a line', 'TASK ERROR: x']));
		t.deepEqual({code: fault.code, kind: fault.facts.kind}, {code, kind});
		t.like(fault.facts, {...facts, task: task.text});
		t.regex(fault.message, /Its log ended with: a line \| TASK ERROR: x$/);
	},
});

const pvePath = '/etc/pve/nodes/n2/qemu-server';

test(answered, 500, 'unable to create VM 200: config file already exists', 'busy', 'vmid-taken', {vmid: 200});
test(answered, 500, "unable to create VM 200 - VM 200 already exists on node 'n2'", 'busy', 'vmid-taken');
test(ended, 'unable to create VM 200: config file already exists', 'busy', 'vmid-taken', {vmid: 200});
test(ended, `close (rename) atomic file '${pvePath}/200.conf' failed: File exists`, 'busy', 'vmid-taken', {vmid: 200});
test(ended, "close (rename) atomic file '/etc/pve/nodes/n2/lxc/200.conf' failed: File exists", 'busy', 'vmid-taken');
test(ended, "can't lock file '/var/lock/qemu-server/lock-200.conf' - got timeout", 'busy', 'vmid-taken', {vmid: 200});

test(ended, "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout", 'busy', 'lock-timeout', {
	vmid: 9000,
});
test(answered, 500, "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout", 'busy', 'lock-timeout');
test(
	ended,
	"clone failed: can't lock file '/var/lock/pve-manager/pve-storage-local-lvm' - got timeout",
	'busy',
	'lock-timeout',
	{file: '/var/lock/pve-manager/pve-storage-local-lvm'},
);
test(ended, "clone failed: cfs-lock 'storage-shared' error: got lock request timeout", 'busy', 'lock-timeout', {
	file: 'storage-shared',
});
test(ended, "clone failed: 'storage-shared'-locked command timed out - aborting", 'busy', 'lock-timeout');
test(answered, 500, 'VM is locked (backup)', 'busy', 'locked', {lock: 'backup'});
test(ended, 'VM is locked (clone)', 'busy', 'locked', {lock: 'clone'});
test(ended, 'VM is locked (snapshot-delete)', 'busy', 'locked', {lock: 'snapshot-delete'});

test(answered, 500, 'cluster not ready - no quorum?', 'busy', 'quorum');
test(answered, 500, `unable to open file '${pvePath}/850.conf.tmp.140' - Permission denied`, 'busy', 'quorum');
test(ended, `unable to open file '${pvePath}/850.conf.tmp.140' - Permission denied`, 'busy', 'quorum');
test(answered, 500, "update pools failed: cfs-lock 'file-user_cfg' error: no quorum!", 'busy', 'quorum');

test(answered, 500, "Configuration file 'nodes/n1/qemu-server/800.conf' does not exist", 'not-found', 'gone', {
	vmid: 800,
	node: 'n1',
});
test(answered, 500, "unable to find configuration file for VM 9000 on node 'n2'", 'not-found', 'gone', {vmid: 9000});
test(ended, "Configuration file 'nodes/pve/qemu-server/800.conf' does not exist", 'not-found', 'gone');
test(ended, "unable to find configuration file for VM 800 on node 'pve'", 'not-found', 'gone');

test(answered, 500, 'VM 400 is running - destroy failed', 'busy', 'running', {vmid: 400});
test(ended, 'VM 400 already running', 'busy', 'already-running');
test(answered, 500, 'VM 400 not running', 'busy', 'not-running');
test(answered, 500, 'VM 500 is not running', 'busy', 'not-running');
test(answered, 500, "can't remove VM 200 - protection mode enabled", 'refused', 'protected', {vmid: 200});
test(
	answered,
	500,
	'unable to remove VM 952 - used in HA resources and purge parameter not set.',
	'refused',
	'ha-managed',
);
test(answered, 500, 'checksum mismatch (file change by other user?)', 'busy', 'config-changed');

test(answered, 403, 'Permission check failed (/vms/999, VM.Audit)', 'refused', 'permission', {
	path: '/vms/999',
	privilege: 'VM.Audit',
});
test(answered, 403, 'Permission check failed', 'refused', 'permission');
test(ended, '403 Permission check failed (/storage/local, Datastore.AllocateSpace)', 'refused', 'permission', {
	path: '/storage/local',
});
test(answered, 403, "Permission check failed (/, Sys.Modify for modifying tag 'b')", 'refused', 'tags-forbidden', {
	tag: 'b',
});
test(answered, 403, "Permission check failed (pool 'nosuchpool' does not exist)", 'bad-request', 'no-such-pool');
test(answered, 500, "only root can set 'args' config", 'refused', 'needs-root', {option: 'args'});
test(
	answered,
	500,
	'Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.',
	'refused',
	'needs-root',
);

test(
	answered,
	500,
	"Linked clone feature is not supported for 'local:9000/base-9000-disk-0.qcow2/200/vm-200-disk-0.qcow2' (scsi0)",
	'refused',
	'linked-clone-unsupported',
	{disk: 'scsi0'},
);
test(answered, 500, "parameter 'storage' not allowed for linked clones", 'bad-request', 'bad-parameter');
test(answered, 500, "can't clone VM to node 'n2' (VM uses local storage)", 'refused', 'local-storage-target');
test(answered, 500, "can't clone to non-shared storage 'local'", 'refused', 'local-storage-target');
test(answered, 500, "storage 'nosuch' does not exist", 'bad-request', 'no-such-storage', {storage: 'nosuch'});
test(answered, 500, "storage 'ssd' is not available on node 'n3'", 'refused', 'storage-unavailable', {node: 'n3'});
test(
	answered,
	500,
	"can't activate storage 'local' on node 'n2': command '/usr/bin/ssh -o 'BatchMode=yes' -- x' failed: exit code 255",
	'refused',
	'storage-unavailable',
);
test(answered, 500, "storage 'ssd' does not support 'iso' content", 'bad-request', 'unfit-storage');
test(answered, 500, "no such cluster node 'n9'", 'bad-request', 'no-such-node', {node: 'n9'});
test(
	answered,
	500,
	"hostname lookup 'n9' failed - failed to get address info for: n9: Name or service not known",
	'bad-request',
	'no-such-node',
);
test(
	ended,
	"base volume 'local:9000/base-9000-disk-0.qcow2' is still in use by linked cloned",
	'refused',
	'base-in-use',
);
test(ended, "you can't start a vm if it's a template", 'refused', 'is-template');
test(ended, "volume 'local:iso/att.iso' does not exist", 'refused', 'no-such-volume', {volume: 'local:iso/att.iso'});
test(ended, "disk 'scsi9' does not exist", 'bad-request', 'no-such-disk', {disk: 'scsi9'});
test(ended, 'shrinking disks is not supported', 'bad-request', 'smaller-disk');
test(ended, "checksum mismatch: got '1a2b' != expect '3c4d'", 'task-failed', 'checksum-mismatch');
test(
	ended,
	"clone failed: copy failed: command '/usr/bin/qemu-img convert x' failed: qemu-img: write: No space left on device",
	'refused',
	'no-space',
);
test(
	ended,
	`clone failed: lvcreate 'pve/vm-200-disk-0' error:   Volume group "pve" has insufficient free space (0 extents): 1 required.`,
	'refused',
	'no-space',
);

test(answered, 500, 'got no worker upid - start worker failed', 'busy', 'no-worker');
test(
	answered,
	500,
	"can't lock file '/var/log/pve/tasks/.active.lock' - got timeout",
	'unreachable',
	'outcome-unknown',
);
test(ended, 'unexpected status', 'unreachable', 'outcome-unknown');
test(ended, 'unable to read tail (got 0 bytes)', 'unreachable', 'outcome-unknown');
test(
	ended,
	"clone failed: copy failed: command '/usr/bin/qemu-img convert x' failed: interrupted by signal",
	'unreachable',
	'outcome-unknown',
);

test(answered, 401, 'Authentication failed!', 'refused', 'auth');
test(answered, 401, 'No ticket', 'refused', 'auth');
test(answered, 501, "Method 'POST /nodes/pve/qemu/213/unlock' not implemented", 'bug', 'not-implemented');
test(answered, 595, 'No route to host', 'unreachable', 'node-unreachable');
test(answered, 596, 'Connection timed out', 'unreachable', 'outcome-unknown');
test(answered, 599, 'Too many redirections', 'unreachable', 'outcome-unknown');
test(answered, 502, 'Bad Gateway', 'unreachable', 'outcome-unknown');
test(answered, 404, 'Not Found', 'unreachable', 'not-whole');
test(answered, 500, 'something that nobody has heard of does not exist', 'refused', 'unknown');
test(ended, 'something that nobody has heard of does not exist', 'task-failed', 'task-failed');
test(ended, 'start failed: QEMU exited with code 1', 'task-failed', 'start-failed');

test('the same words somewhere inside another text are not taken for a refusal', (t) => {
	for (const words of [
		'note: VM is locked (backup)',
		'vm is locked (backup)',
		"Agent error: failed: Configuration file 'nodes/n1/qemu-server/800.conf' does not exist",
	]) {
		t.is(faultOf(new BadAnswer('POST', {status: 500, words, whole: true})).facts.kind, 'unknown');
	}
});

test('all refused parameters are in the message', (t) => {
	const fields = {newid: 'invalid format - value does not look like a valid VM ID', name: 'not a DNS name'};
	const fault = faultOf(
		new BadAnswer('POST', {status: 400, words: 'Parameter verification failed.', fields, whole: true}),
	);
	t.is(fault.code, 'bad-request');
	t.regex(fault.message, /: newid: invalid format - value does not look like a valid VM ID; name: not a DNS name\. /);
});

test('a 401 names the token and not its secret', (t) => {
	const {message} = faultOf(new BadAnswer('GET', {status: 401, words: 'No ticket', whole: true}));
	t.regex(message, /The API token is garm@pve!provider\. Check that the token exists/);
	t.false(message.includes(token.secret));
});

test('a 403 says how root grants what is missing', (t) => {
	const words = 'Permission check failed (/storage/local, Datastore.Audit|Datastore.AllocateSpace)';
	const {message} = faultOf(new BadAnswer('GET', {status: 403, words, whole: true}));
	t.true(
		message.endsWith(
			`pveum role add Garm-Datastore-Audit --privs "Datastore.Audit Datastore.AllocateSpace"; pveum acl modify /storage/local --users garm@pve --tokens 'garm@pve!provider' --roles Garm-Datastore-Audit`,
		),
	);
});

test('a lock that no text gives a VMID to is told about the VM that was looked at', (t) => {
	const {facts, message} = faultOf(new BadAnswer('POST', {status: 500, words: 'VM is locked (backup)', whole: true}));
	t.like(facts, {vmid: 9000, newVmid: 200, lock: 'backup'});
	t.regex(message, /`qm unlock 9000`/);
});

test('an error that is none of PVE goes through untouched', (t) => {
	const error = new TypeError('x');
	t.is(explain(error, act, token.id), error);
});
