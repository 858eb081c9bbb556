import test from 'ava';
import {type Exchange, fails, look, no, ok, readLog, token, upid, withScript} from './with-script.ts';

// Rows as PVE 8.4 sent them: shared/pve/transcripts/cluster-8.4, shortened.
const resources = [
	{type: 'node', id: 'node/n1', node: 'n1', status: 'online', hastate: 'online', maxmem: 8_000, mem: 3_000, level: ''},
	{type: 'node', id: 'node/n2', node: 'n2', status: 'offline'},
	{
		type: 'qemu',
		id: 'qemu/100',
		vmid: 100,
		node: 'n1',
		status: 'running',
		name: 'r-1',
		template: 0,
		tags: 'a;b',
		pool: 'runners',
	},
	{type: 'qemu', id: 'qemu/101', vmid: 101, node: 'n1', status: 'unknown', lock: 'clone'},
	{type: 'qemu', id: 'qemu/102', vmid: '102', node: 'n1', status: 'stopped', name: 'VM 102', template: 0},
	{type: 'qemu', id: 'qemu/103', vmid: 103, node: 'n2', status: 'running', name: 'on-dead-node', template: 0},
	{type: 'qemu', id: 'qemu/9000', vmid: 9000, node: 'n1', status: 'stopped', name: 'tmpl', template: 1},
	{type: 'lxc', id: 'lxc/200', vmid: 200, node: 'n1', status: 'running', name: 'a-container'},
	{
		type: 'storage',
		id: 'storage/n1/shared',
		storage: 'shared',
		node: 'n1',
		status: 'available',
		shared: 1,
		content: 'iso,images',
	},
	{
		type: 'storage',
		id: 'storage/n2/shared',
		storage: 'shared',
		node: 'n2',
		status: 'available',
		shared: 1,
		content: 'images,iso',
	},
	{type: 'sdn', id: 'sdn/n1/localnetwork', node: 'n1', status: 'ok'},
];

test(
	'the inventory is read in one request; what a dead node said last is not believed',
	withScript,
	[{on: 'GET /cluster/resources', reply: ok(resources)}],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.inventory(), {
			nodes: [
				{node: 'n1', online: true, haState: 'online', memoryFreeBytes: 5_000},
				{node: 'n2', online: false},
			],
			vms: [
				{vmid: 100, node: 'n1', name: 'r-1', power: 'running', template: false, tags: ['a', 'b'], pool: 'runners'},
				{vmid: 101, node: 'n1', power: 'unknown', template: false, tags: [], lock: 'clone'},
				{vmid: 102, node: 'n1', power: 'stopped', template: false, tags: []},
				{vmid: 103, node: 'n2', name: 'on-dead-node', power: 'unknown', template: false, tags: []},
				{vmid: 9000, node: 'n1', name: 'tmpl', power: 'stopped', template: true, tags: []},
			],
			storages: [
				{node: 'n1', storage: 'shared', shared: true, active: true, content: ['iso', 'images']},
				{node: 'n2', storage: 'shared', shared: true, active: false, content: ['images', 'iso']},
			],
		});
	},
);

const notWhole = test.macro({
	title: (_title, what: string) => `an inventory ${what} is a fault, never a shorter list`,
	exec: (t, _what: string, data: unknown) =>
		withScript.exec(t, [{on: 'GET /cluster/resources', reply: ok(data)}], async (t, {cluster}) => {
			await fails(t, cluster.inventory(), 'unreachable', 'not-whole');
		}),
});
test(notWhole, 'that is null', null);
test(notWhole, 'that is empty', []);
test(
	notWhole,
	'without a node',
	resources.filter(({type}) => type !== 'node'),
);
test(notWhole, 'with a row without VMID', [...resources, {type: 'qemu', node: 'n1', status: 'running'}]);
test(notWhole, 'with a row without node', [...resources, {type: 'qemu', vmid: 5}]);
test(notWhole, 'with a row without type', [...resources, {vmid: 5, node: 'n1'}]);
test(notWhole, 'with a row that is no object', [...resources, 'qemu/100']);

test(
	'the VMs of a node are read live, with tags split at every separator PVE takes',
	withScript,
	[
		{
			on: 'GET /nodes/n1/qemu',
			reply: ok([
				{vmid: 100, status: 'running', qmpstatus: 'running', name: 'r-1', tags: 'a;b,c d'},
				{vmid: 101, status: 'stopped', name: 'VM 101', lock: 'clone'},
			]),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.nodeVms('n1'), [
			{vmid: 100, node: 'n1', name: 'r-1', power: 'running', template: false, tags: ['a', 'b', 'c', 'd']},
			{vmid: 101, node: 'n1', power: 'stopped', template: false, tags: [], lock: 'clone'},
		]);
	},
);

test(
	'a config is text throughout and nothing of it is dropped',
	withScript,
	[
		{
			on: 'GET /nodes/pve/qemu/100/config',
			reply: ok({cores: 2, memory: '512', agent: '1', onboot: 0, description: 'a\nb', digest: 'ab', tags: ' '}),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.vmConfig('pve', 100), {
			cores: '2',
			memory: '512',
			agent: '1',
			onboot: '0',
			description: 'a\nb',
			digest: 'ab',
			tags: ' ',
		});
	},
);

const power = test.macro({
	title: (_title, qmpstatus: string, expected: string) => `a VM whose qmpstatus is ${qmpstatus} is ${expected}`,
	exec: (t, qmpstatus: string, expected: string) =>
		withScript.exec(
			t,
			[{on: 'GET /nodes/pve/qemu/100/status/current', reply: ok({status: 'running', qmpstatus})}],
			async (t, {cluster}) => {
				t.is(await cluster.vmPower('pve', 100), expected as never);
			},
		),
});
test(power, 'running', 'running');
test(power, 'stopped', 'stopped');
test(power, 'paused', 'paused');
test(power, 'suspended', 'paused');
test(power, 'io-error', 'failed');
test(power, 'internal-error', 'failed');
test(power, 'guest-panicked', 'failed');
test(power, 'prelaunch', 'unknown');

test(
	'a VMID is free or taken as nextid says, and any other answer is a fault',
	withScript,
	[
		{on: 'GET /cluster/nextid?vmid=100200', reply: ok('100200')},
		{
			on: 'GET /cluster/nextid?vmid=999',
			reply: no(400, 'Parameter verification failed.', {vmid: 'VM 999 already exists'}),
		},
		{
			on: 'GET /cluster/nextid?vmid=99',
			reply: no(400, 'Parameter verification failed.', {
				vmid: 'invalid format - value does not look like a valid VM ID\n',
			}),
		},
	],
	async (t, {cluster}) => {
		t.true(await cluster.isVmidFree(100_200));
		t.false(await cluster.isVmidFree(999));
		const message = await fails(t, cluster.isVmidFree(99), 'bad-request', 'bad-parameter');
		t.regex(message, /vmid: invalid format - value does not look like a valid VM ID\./);
	},
);

const clone9 = upid('qmclone', 9000);
const clone8 = upid('qmclone', 9001);
const foreignClone = 'UPID:pve:00001A0D:000364D7:6B04684E:qmclone:9000:root@pam:';
test(
	'the running clones of our token are found with their new VMID, on PVE 9 and on PVE 8',
	withScript,
	[
		{
			on: 'GET /nodes/pve/tasks?source=active&typefilter=qmclone',
			reply: ok([
				{upid: clone9, type: 'qmclone', status: 'RUNNING', user: 'garm@pve!provider', id: '9000'},
				{upid: foreignClone, type: 'qmclone', status: 'RUNNING', user: 'root@pam', id: '9000'},
				{upid: upid('qmclone', 9005), type: 'qmclone', status: 'OK', id: '9005'},
			]),
		},
		readLog(clone9, ['creating a clone of VM 9000 with ID 100200', 'create linked clone of drive scsi0']),
		{on: 'GET /nodes/n8/tasks?source=active&typefilter=qmclone', reply: ok([{upid: clone8, status: 'RUNNING'}])},
		readLog(clone8, [
			'create full clone of drive scsi0 (local:9001/vm-9001-disk-0.qcow2)',
			"Formatting '/var/lib/vz/images/100201/vm-100201-disk-0.qcow2', fmt=qcow2",
		]),
		{on: 'GET /nodes/new/tasks?source=active&typefilter=qmclone', reply: ok([{upid: clone9, status: 'RUNNING'}])},
		readLog(clone9, ['no content']),
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.activeClones(['pve']), [{id: clone9, node: 'pve', vmid: 100_200}]);
		t.deepEqual(await cluster.activeClones(['n8']), [{id: clone8, node: 'n8', vmid: 100_201}]);
		t.deepEqual(await cluster.activeClones(['new']), [{id: clone9, node: 'new'}]);
	},
);

test(
	'where a node does not tell its running clones, nobody concludes that there are none',
	withScript,
	[
		...Array.from({length: 3}, () => ({
			on: 'GET /nodes/dead/tasks?source=active&typefilter=qmclone',
			reply: no(595, 'No route to host'),
		})),
		{on: 'GET /nodes/pve/tasks?source=active&typefilter=qmclone', reply: ok([])},
	],
	async (t, {cluster}) => {
		await fails(t, cluster.activeClones(['dead']), 'unreachable', 'node-unreachable');
		t.deepEqual(await cluster.activeClones(['pve']), []);
	},
);

const upload = upid('imgcopy');
const tasksOf = (query: string) => `GET /nodes/pve/tasks?${query}`;
test(
	'an upload of ours is told by its task, and its file by the log once that has it',
	withScript,
	[
		{
			on: tasksOf('source=active&typefilter=imgcopy'),
			reply: ok([
				{upid: upload, status: 'RUNNING'},
				{upid: upload.replace(token.id, 'root@pam'), status: 'RUNNING'},
			]),
		},
		readLog(upload, ['target node: pve', 'target file: /var/lib/vz/template/iso/garm-seed-1.iso']),
		{on: tasksOf('source=active&typefilter=imgcopy'), reply: ok([{upid: upload, status: 'RUNNING'}])},
		readLog(upload, ['no content']),
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.activeUploads(['pve']), [{id: upload, fileName: 'garm-seed-1.iso'}]);
		t.deepEqual(await cluster.activeUploads(['pve']), [{id: upload}]);
	},
);

const mute = upid('qmclone', 9001);
test(
	'clones that died and destroys that did not end well are told, those of our token only',
	withScript,
	[
		{
			on: tasksOf('source=archive&typefilter=qmclone&errors=1'),
			reply: ok([
				{upid: clone9, status: 'unexpected status'},
				{upid: mute, status: 'unable to read tail (got 0 bytes)'},
				{upid: upid('qmclone', 9002), status: 'clone failed: no space'},
				{upid: foreignClone, status: 'unexpected status'},
			]),
		},
		{
			on: tasksOf('source=archive&typefilter=qmdestroy&errors=1'),
			reply: ok([{upid: upid('qmdestroy', 100_300), status: 'unexpected status'}]),
		},
		readLog(clone9, ['creating a clone of VM 9000 with ID 100200']),
		readLog(mute, ['no content']),
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.deadWork(['pve']), [
			{what: 'clone', node: 'pve', vmid: 100_200},
			{what: 'clone', node: 'pve'},
			{what: 'destroy', node: 'pve', vmid: 100_300},
		]);
	},
);

test(
	'the tasks at work on a VM are told by their types',
	withScript,
	[
		{
			on: tasksOf('source=active&vmid=200'),
			reply: ok([{upid: upid('qmstop', 200)}, {upid: upid('vncproxy', 200)}]),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.vmTasks('pve', 200), ['qmstop', 'vncproxy']);
	},
);

test(
	'the agent tells addresses without loopback and link-local ones, and its failure is no fault',
	withScript,
	[
		{
			on: 'GET /nodes/pve/qemu/100/agent/network-get-interfaces',
			reply: ok({
				result: [
					{name: 'lo', 'ip-addresses': [{'ip-address': '127.0.0.1'}, {'ip-address': '::1'}]},
					{
						name: 'eth0',
						'ip-addresses': [{'ip-address': '10.0.0.7'}, {'ip-address': 'fe80::1'}, {'ip-address': '2001:db8::7'}],
					},
					{name: 'eth1', 'ip-addresses': [{'ip-address': '169.254.3.4'}]},
					{name: 'without'},
				],
			}),
		},
		{on: 'GET /nodes/pve/qemu/100/agent/network-get-interfaces', reply: no(500, 'QEMU guest agent is not running')},
		{on: 'GET /nodes/pve/qemu/100/agent/network-get-interfaces', reply: ok({result: 'x'})},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.agentAddresses('pve', 100, 60_000), ['10.0.0.7', '2001:db8::7']);
		t.is(await cluster.agentAddresses('pve', 100, 60_000), undefined);
		t.is(await cluster.agentAddresses('pve', 100, 60_000), undefined);
	},
);

const linked = {
	do: 'clone',
	templateVmid: 9000,
	templateNode: 'pve',
	vmid: 200,
	node: 'pve',
	vmName: 'r-1',
	notes: 'a=b;c & 100% ü\nline',
	full: false,
} as const;
const linkedForm = {newid: '200', name: 'r-1', description: linked.notes, full: '0'};
const cloneTask = upid('qmclone', 9000);

test(
	"a linked clone on the template's node sends no target, pool, storage or format, and waits for its task",
	withScript,
	[
		{on: 'POST /nodes/pve/qemu/9000/clone', form: linkedForm, reply: ok(cloneTask)},
		...Array.from({length: 9}, () => look(cloneTask)),
		look(cloneTask, 'OK'),
	],
	async (t, {cluster, clock}) => {
		await cluster.clone(linked);
		t.deepEqual(clock.slept, [100, 150, 200, 250, 300, 400, 600, 1_000, 1_000, 1_000]);
	},
);

test(
	'a full clone on another node names target, pool, storage and format',
	withScript,
	[
		{
			on: 'POST /nodes/pve/qemu/9000/clone',
			form: {...linkedForm, full: '1', target: 'n2', pool: 'runners', storage: 'ceph', format: 'raw'},
			reply: ok(cloneTask),
		},
		look(cloneTask, 'OK'),
	],
	async (t, {cluster}) => {
		await cluster.clone({...linked, full: true, node: 'n2', pool: 'runners', storage: 'ceph', format: 'raw'});
		t.pass();
	},
);

test(
	'a VMID that a task finds taken reads the same as one the call finds taken',
	withScript,
	[
		{
			on: 'POST /nodes/pve/qemu/9000/clone',
			form: linkedForm,
			reply: no(500, 'unable to create VM 200: config file already exists'),
		},
		{on: 'POST /nodes/pve/qemu/9000/clone', form: linkedForm, reply: ok(cloneTask)},
		look(cloneTask, "close (rename) atomic file '/etc/pve/nodes/pve/qemu-server/200.conf' failed: File exists"),
		readLog(cloneTask, []),
		{on: 'POST /nodes/pve/qemu/9000/clone', form: linkedForm, reply: ok(cloneTask)},
		look(cloneTask, "can't lock file '/var/lock/qemu-server/lock-200.conf' - got timeout"),
		readLog(cloneTask, []),
	],
	async (t, {cluster}) => {
		for (let times = 0; times < 3; times++) await fails(t, cluster.clone(linked), 'busy', 'vmid-taken');
	},
);

test(
	'configure sends what is set, what is deleted and the digest that was read in one form',
	withScript,
	[
		{
			on: 'PUT /nodes/pve/qemu/200/config',
			form: {tags: 'a;b', cores: '4', ide2: 'local:iso/x.iso,media=cdrom', delete: 'hookscript,net1'},
			reply: ok(null),
		},
		{on: 'PUT /nodes/pve/qemu/200/config', form: {onboot: '0', digest: 'd1'}, reply: ok(null)},
		{
			on: 'PUT /nodes/pve/qemu/200/config',
			form: {tags: 'x'},
			reply: no(403, "Permission check failed (/, Sys.Modify for modifying tag 'x')"),
		},
	],
	async (t, {cluster}) => {
		const step = {do: 'configure', vmid: 200, node: 'pve'} as const;
		const set = {tags: 'a;b', cores: 4, ide2: 'local:iso/x.iso,media=cdrom'};
		await cluster.configure({...step, set, remove: ['hookscript', 'net1']});
		await cluster.configure({...step, set: {onboot: 0}, remove: [], digest: 'd1'});
		await fails(t, cluster.configure({...step, set: {tags: 'x'}, remove: []}), 'refused', 'tags-forbidden');
	},
);

const resizeTask = upid('resize', 200);
const startTask = upid('qmstart', 200);
const resumeTask = upid('qmresume', 200);
const stopTask = upid('qmstop', 200);
const destroyTask = upid('qmdestroy', 200);

test(
	'resize, start, resume, stop and destroy send what they must, and wait',
	withScript,
	[
		{on: 'PUT /nodes/pve/qemu/200/resize', form: {disk: 'scsi0', size: '40G'}, reply: ok(resizeTask)},
		look(resizeTask, 'OK'),
		{on: 'POST /nodes/pve/qemu/200/status/start', reply: ok(startTask)},
		look(startTask, 'OK'),
		{on: 'POST /nodes/pve/qemu/200/status/resume', reply: ok(resumeTask)},
		look(resumeTask, 'OK'),
		{on: 'POST /nodes/pve/qemu/200/status/stop', form: {'overrule-shutdown': '1'}, reply: ok(stopTask)},
		look(stopTask, 'OK'),
		{on: 'DELETE /nodes/pve/qemu/200', reply: ok(destroyTask)},
		look(destroyTask, 'OK'),
		readLog(destroyTask, ['TASK OK']),
	],
	async (t, {cluster}) => {
		await cluster.resize('pve', 200, 'scsi0', 40);
		await cluster.start('pve', 200);
		await cluster.resume('pve', 200);
		await cluster.stop('pve', 200);
		await cluster.destroy('pve', 200);
		t.pass();
	},
);

test(
	'a start of a VM that runs already ends well',
	withScript,
	[
		{on: 'POST /nodes/pve/qemu/200/status/start', reply: ok(startTask)},
		look(startTask, 'VM 200 already running'),
		readLog(startTask, ['TASK ERROR: VM 200 already running']),
	],
	async (t, {cluster}) => {
		await cluster.start('pve', 200);
		t.pass();
	},
);

const stopsPlainly = test.macro({
	title: (_title, where: string) => `a stop does without overrule-shutdown ${where}`,
	exec: (t, _where: string, text: string) =>
		withScript.exec(
			t,
			[
				{
					on: 'POST /nodes/pve/qemu/200/status/stop',
					form: {'overrule-shutdown': '1'},
					reply: no(400, 'Parameter verification failed.', {'overrule-shutdown': text}),
				},
				{on: 'POST /nodes/pve/qemu/200/status/stop', reply: ok(stopTask)},
				look(stopTask, 'OK'),
			],
			async (t, {cluster}) => {
				await cluster.stop('pve', 200);
				t.pass();
			},
		),
});
test(
	stopsPlainly,
	'on PVE before 8.2',
	'property is not defined in schema and the schema does not allow additional properties',
);
test(stopsPlainly, 'for a VM in HA', 'Not applicable for HA resources.');

test(
	'warnings are success, and each is told with its line',
	withScript,
	[
		{on: 'POST /nodes/pve/qemu/200/status/start', reply: ok(startTask)},
		look(startTask, 'WARNINGS: 1'),
		readLog(startTask, ['WARN: iothread is only valid with virtio disk', 'TASK WARNINGS: 1']),
	],
	async (t, {cluster, logged}) => {
		await cluster.start('pve', 200);
		t.is(logged.filter((line) => / warn .*iothread is only valid/.test(line)).length, 1);
	},
);

const leftDisk = 'ceph:vm-200-disk-0';
const removalTask = upid('imgdel', 'ceph');
for (const [exit, line] of [
	['WARNINGS: 1', `WARN: Could not remove disk '${leftDisk}', check manually: rbd error`],
	['OK', `Could not remove disk '${leftDisk}', check manually: cfs-lock 'storage-ceph' error: no quorum!`],
] as const) {
	const log = readLog(destroyTask, [line, `TASK ${exit}`]);
	const destroyed: readonly Exchange[] = [
		{on: 'DELETE /nodes/pve/qemu/200', reply: ok(destroyTask)},
		look(destroyTask, exit),
		...(exit === 'OK' ? [log] : [log, log]),
	];
	const removal = `DELETE /nodes/pve/storage/ceph/content/${encodeURIComponent(leftDisk)}`;
	test(
		`a disk that a destroy leaves, as its log says (${exit}), is removed after it`,
		withScript,
		[...destroyed, {on: removal, reply: ok(removalTask)}, look(removalTask, 'OK')],
		async (t, {cluster}) => {
			await cluster.destroy('pve', 200);
			t.pass();
		},
	);
	test(
		`and one that stays (${exit}) is told, with the command that removes it`,
		withScript,
		[...destroyed, {on: removal, reply: no(403, 'Permission check failed (/storage/ceph, Datastore.Allocate)')}],
		async (t, {cluster}) => {
			const message = await fails(t, cluster.destroy('pve', 200), 'refused', 'disk-left');
			t.regex(message, /VM 200 is destroyed, but .* On node pve run: pvesm free ceph:vm-200-disk-0$/);
		},
	);
}

const longLog = Array.from({length: 50}, (_, index) => ({n: index + 1, t: `line ${index + 1}`}));
test(
	"the end of a failed task's log is in the message, without control characters",
	withScript,
	[
		{on: 'POST /nodes/pve/qemu/200/status/start', reply: ok(startTask)},
		look(startTask, 'start failed: QEMU exited with code 1'),
		{
			on: `GET /nodes/pve/tasks/${encodeURIComponent(startTask)}/log?start=0&limit=50`,
			reply: ok(longLog, {total: 80}),
		},
		{
			on: `GET /nodes/pve/tasks/${encodeURIComponent(startTask)}/log?start=30&limit=50`,
			reply: ok([...longLog, {n: 80, t: '\u001b[31mkvm: cannot set up\u0007 guest memory\u001b[0m'}], {total: 80}),
		},
	],
	async (t, {cluster}) => {
		const message = await fails(t, cluster.start('pve', 200), 'task-failed', 'start-failed');
		t.regex(message, /^Unable to start VM 200 on node pve: start failed: QEMU exited with code 1\. /);
		t.regex(message, /line 50 \| kvm: cannot set up {2}guest memory$/);
		t.notRegex(message, /line 41\b/);
	},
);

test(
	'a task is asked about on the node in its UPID, through failed looks and while it is not listed yet',
	withScript,
	[
		{on: 'DELETE /nodes/n2/qemu/200', reply: ok(upid('qmdestroy', 200, 'n2'))},
		{...look(upid('qmdestroy', 200, 'n2')), reply: no(400, 'Parameter verification failed.', {upid: 'no such task'})},
		{...look(upid('qmdestroy', 200, 'n2')), reply: no(595, 'Connection refused')},
		{...look(upid('qmdestroy', 200, 'n2')), reply: no(599, 'Too many redirections')},
		look(upid('qmdestroy', 200, 'n2'), 'OK'),
		readLog(upid('qmdestroy', 200, 'n2'), ['TASK OK']),
	],
	async (t, {cluster}) => {
		await cluster.destroy('n2', 200);
		t.pass();
	},
);

test(
	'a task that stays unknown for ten seconds has an unknown outcome',
	withScript,
	[
		{on: 'DELETE /nodes/pve/qemu/200', reply: ok(destroyTask)},
		...Array.from({length: 15}, () => ({
			...look(destroyTask),
			reply: no(400, 'Parameter verification failed.', {upid: 'no such task'}),
		})),
	],
	async (t, {cluster}) => {
		await fails(t, cluster.destroy('pve', 200), 'unreachable', 'outcome-unknown');
	},
);

test(
	'a task whose worker died has an unknown outcome, and an answer without a UPID too',
	withScript,
	[
		{on: 'DELETE /nodes/pve/qemu/200', reply: ok(destroyTask)},
		look(destroyTask, 'unexpected status'),
		readLog(destroyTask, ['no content']),
		{on: 'DELETE /nodes/pve/qemu/200', reply: ok(null)},
	],
	async (t, {cluster}) => {
		await fails(t, cluster.destroy('pve', 200), 'unreachable', 'outcome-unknown');
		await fails(t, cluster.destroy('pve', 200), 'unreachable', 'outcome-unknown');
	},
);

const copyTask = upid('imgcopy', '', 'n1');
test(
	'a seed is uploaded with its checksum, in the order of parts that pveproxy wants; the task may be on another node',
	withScript,
	[
		{
			on: 'POST /nodes/n2/storage/local/upload',
			body: (text, type) => {
				const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(type)?.[1];
				const parts = text.split(`--${boundary}`).map((part) => part.trim().replace(/\r\n/g, '|'));
				const wanted = [
					'',
					'Content-Disposition: form-data; name="content"||iso',
					'Content-Disposition: form-data; name="checksum-algorithm"||sha256',
					// sha256 of "seed", by coreutils' sha256sum.
					'Content-Disposition: form-data; name="checksum"||19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b',
					'Content-Disposition: form-data; name="filename"; filename="garm-1.iso"|Content-Type: application/octet-stream||seed',
					'--',
				];
				return JSON.stringify(parts) === JSON.stringify(wanted) ? undefined : JSON.stringify(parts);
			},
			reply: ok(copyTask),
		},
		look(copyTask, 'OK'),
	],
	async (t, {cluster}) => {
		t.is(await cluster.uploadSeed('n2', 'local', 'garm-1.iso', Buffer.from('seed')), 'local:iso/garm-1.iso');
	},
);

test('a seed name that PVE would change is our bug', withScript, [], async (t, {cluster}) => {
	const error = await t.throwsAsync(cluster.uploadSeed('pve', 'local', 'a b.iso', new Uint8Array()));
	t.like(error, {code: 'bug'});
});

const deleteTask = upid('imgdel', 'local');
test(
	'seeds are listed by the beginning of their name and removed by their encoded volume id',
	withScript,
	[
		{
			on: 'GET /nodes/pve/storage/local/content?content=iso',
			reply: ok([
				{volid: 'local:iso/garm-1.iso', format: 'iso', size: 1, ctime: 1_760_000_000},
				{volid: 'local:iso/debian.iso', format: 'iso', size: 1},
			]),
		},
		{on: 'DELETE /nodes/pve/storage/local/content/local%3Aiso%2Fgarm-1.iso', reply: ok(deleteTask)},
		look(deleteTask, 'OK'),
		{
			on: 'DELETE /nodes/pve/storage/local/content/local%3Aiso%2Fgarm-1.iso',
			reply: no(500, "volume 'local:iso/garm-1.iso' does not exist"),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.seedVolumes('pve', 'local', 'garm-'), [
			{node: 'pve', volumeId: 'local:iso/garm-1.iso', fileName: 'garm-1.iso', uploadedAt: 1_760_000_000},
		]);
		await cluster.removeSeed('pve', 'local:iso/garm-1.iso');
		await cluster.removeSeed('pve', 'local:iso/garm-1.iso');
	},
);

test(
	'disks are listed with the VMID that they belong to; what belongs to none is left out',
	withScript,
	[
		{
			on: 'GET /nodes/n1/storage/local-lvm/content?content=images',
			reply: ok([
				{volid: 'local-lvm:vm-100-disk-0', content: 'images', format: 'raw', size: 1, vmid: '100'},
				{volid: 'local-lvm:base-9000-disk-0', content: 'images', format: 'raw', size: 1, vmid: 9000},
				{volid: 'local-lvm:odd', content: 'images', format: 'raw', size: 1},
			]),
		},
	],
	async (t, {cluster}) => {
		t.deepEqual(await cluster.diskVolumes('n1', 'local-lvm'), [
			{node: 'n1', volumeId: 'local-lvm:vm-100-disk-0', vmid: 100},
			{node: 'n1', volumeId: 'local-lvm:base-9000-disk-0', vmid: 9000},
		]);
	},
);

test(
	'a VM that a pool-scoped token is refused is gone if its VMID is free, else it stays refused',
	withScript,
	[
		{on: 'GET /nodes/pve/qemu/200/config', reply: no(403, 'Permission check failed (/vms/200, VM.Audit)')},
		{on: 'GET /cluster/nextid?vmid=200', reply: ok('200')},
		{on: 'GET /nodes/pve/qemu/201/config', reply: no(403, 'Permission check failed (/vms/201, VM.Audit)')},
		{
			on: 'GET /cluster/nextid?vmid=201',
			reply: no(400, 'Parameter verification failed.', {vmid: 'VM 201 already exists'}),
		},
	],
	async (t, {cluster}) => {
		await fails(t, cluster.vmConfig('pve', 200), 'not-found', 'gone');
		const message = await fails(t, cluster.vmConfig('pve', 201), 'refused', 'permission');
		t.regex(
			message,
			/pveum role add Garm-VM-Audit --privs "VM\.Audit"; pveum acl modify \/vms\/201 --users garm@pve --tokens 'garm@pve!provider'/,
		);
	},
);
