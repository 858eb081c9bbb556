import test from 'ava';
import {type Context, differences} from '../../tools/conformance/compare.ts';
import {Words} from '../../tools/conformance/words.ts';

const upid = 'UPID:pve:000028F7:00067F8B:6B047040:qmclone:9000:root@pam!full:';
const twin = 'UPID:pve:00000001:00000002:00000003:qmclone:9000:root@pam!full:';

const nobody: Context = {words: new Words(), isYoung: () => false};

function compared(recorded: unknown, simulated: unknown, context: Context = nobody): readonly string[] {
	const answer = (data: unknown) => ({status: 200, reason: 'OK', body: {data}});
	return differences(answer(recorded), answer(simulated), context);
}

test('answers that say the same agree', (t) => {
	const row = {vmid: 100, name: 'r-1', cpu: 0.25};
	t.deepEqual(compared([row], [{...row, cpu: 0.5}]), []);
	t.deepEqual(compared(null, null), []);
	t.deepEqual(compared(upid, twin), []);
});

test('status, reason phrase, kinds, keys, rows and texts are compared', (t) => {
	const answer = {status: 500, reason: 'no such VM', body: {data: null, message: 'no such VM\n'}};
	t.deepEqual(differences(answer, {...answer, status: 404}, nobody), [
		'status: recorded 500 no such VM, simulated 404 no such VM',
	]);
	t.deepEqual(differences(answer, {...answer, reason: 'what VM?'}, nobody), [
		"reason phrase: recorded 'no such VM', simulated 'what VM?'",
	]);
	t.deepEqual(differences(answer, {...answer, body: {data: null, message: 'no such VM'}}, nobody), [
		'body.message: recorded "no such VM\\n", simulated "no such VM"',
	]);
	t.deepEqual(compared({vmid: 100}, {vmid: '100'}), ['body.data.vmid: recorded number, simulated string']);
	t.deepEqual(compared({vmid: 100}, {name: 'x'}), [
		'body.data.vmid: recorded number, not simulated',
		'body.data.name: simulated string, not recorded',
	]);
	t.deepEqual(compared([{vmid: 100}, {vmid: 101}], [{vmid: 100}, {vmid: 102}]), [
		'body.data[101]: not simulated',
		'body.data[102]: not recorded',
	]);
	t.deepEqual(compared([], [{vmid: 100}]), ['body.data: recorded 0 rows, simulated 1']);
	t.deepEqual(compared([{a: 1}], [{a: '1'}]), ['body.data[0].a: recorded number, simulated string']);
	t.deepEqual(compared(upid, 'OK'), ['body.data: recorded UPID, simulated string']);
	t.deepEqual(compared({lock: 'clone'}, {lock: 'backup'}), ['body.data.lock: recorded "clone", simulated "backup"']);
});

test('a connection that ends without an answer agrees with another one only', (t) => {
	const cut = {status: 0, reason: 'socket hang up', body: null};
	t.deepEqual(differences({...cut, reason: 'RemoteDisconnected'}, cut, nobody), []);
	t.deepEqual(differences(cut, {status: 200, reason: 'OK', body: ''}, nobody), [
		'status: recorded no answer (socket hang up), simulated 200 OK',
	]);
});

test('what is drawn anew on each machine is not compared, what it is drawn for is', (t) => {
	const mac = (text: string) => ({net0: `virtio=${text},bridge=vmbr0`});
	t.deepEqual(compared(mac('BC:24:11:00:00:01'), mac('BC:24:11:FF:00:02')), []);
	t.is(compared(mac('BC:24:11:00:00:01'), {net0: 'virtio=BC:24:11:FF:00:02,bridge=vmbr1'}).length, 1);
	t.deepEqual(
		compared(
			{vmgenid: 'dedfdcdd-ff81-4c2e-b172-addece9b4b01', meta: 'creation-qemu=10.0.13,ctime=1'},
			{vmgenid: '94d69acd-dc41-420c-ba22-98dae47e4e64', meta: 'creation-qemu=9.2.0,ctime=2'},
		),
		[],
	);
});

test('of a log only its end is compared', (t) => {
	const log = (...lines: readonly string[]) => lines.map((text, index) => ({n: index + 1, t: text}));
	t.deepEqual(compared(log('a', 'b', 'TASK OK'), log('TASK OK')), []);
	t.deepEqual(compared(log('a', 'TASK OK'), log('a', 'TASK ERROR: full')), [
		'body.data[last].t: recorded "TASK OK", simulated "TASK ERROR: full"',
	]);
	t.deepEqual(compared(log('TASK OK'), []), ['body.data: recorded 1 lines, simulated none']);
});

test('a task is the same by the names that each side gave it', (t) => {
	const words = new Words();
	words.learnFrom({data: upid}, {data: twin});
	const task = (id: string, status: string) => [{upid: id, status}];
	const context = {...nobody, words};
	t.deepEqual(compared(task(upid, 'OK'), task(twin, 'OK'), context), []);
	t.deepEqual(compared(task(upid, 'OK'), task(twin, 'full'), context), [
		`body.data[${upid}].status: recorded "OK", simulated "full"`,
	]);
});

test('the row of a guest that was just changed may or may not show it yet; its pool and tags are live', (t) => {
	const row = {id: 'qemu/100', vmid: 100, type: 'qemu', tags: 'a', status: 'stopped', name: 'old', maxmem: 1};
	const young = {...nobody, isYoung: () => true};
	t.deepEqual(compared([row], [{...row, name: 'new'}], young), []);
	t.is(compared([row], [{...row, name: 'new'}]).length, 1);
	t.deepEqual(compared([row], [{...row, tags: 'b'}], young), ['body.data[qemu/100].tags: recorded "a", simulated "b"']);
});
