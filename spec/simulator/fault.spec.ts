import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {runSimulator} from '../../tools/simulator/cli.ts';
import type {Fault} from '../../tools/simulator/index.ts';
import {simulated} from './client.ts';

const vm = '/nodes/pve/qemu';
const stop102: Fault['match'] = {operation: 'start', path: '/102/'};

test(
	'an answer can be lost after the act, before it, or with the act still to come',
	simulated({}, async (t, pve, {faults, world, settle, requests}) => {
		const start = async () => (await pve.send('POST', `${vm}/102/status/start`)).status;
		faults.add({match: stop102, times: 1, effect: {kind: 'reset'}});
		t.is(await start(), 0);
		await settle();
		t.is(world.guests[102]?.power, 'stopped');
		t.is(requests.at(-1)?.status, -1);
		faults.add({match: stop102, times: 1, effect: {kind: 'reset-late', ms: 2000}});
		t.is(await start(), 0);
		t.is(world.guests[102]?.power, 'stopped');
		await settle();
		t.is(world.guests[102]?.power, 'running');
		Object.assign(world.guests[102] ?? {}, {power: 'stopped'});
		faults.add({match: stop102, times: 1, effect: {kind: 'drop-answer'}});
		t.is(await start(), 0);
		await settle();
		t.is(world.guests[102]?.power, 'running');
		t.is(await start(), 200);
	}),
);

test(
	'an answer can be anything, with the act before, after or never',
	simulated({}, async (t, pve, {faults, world, settle}) => {
		const answer = {kind: 'answer', status: 596, reason: 'Connection timed out'} as const;
		faults.add({match: stop102, nth: 1, effect: answer});
		faults.add({match: stop102, nth: 2, effect: {...answer, act: {afterMs: 30_000}}});
		faults.add({match: stop102, nth: 3, effect: {...answer, act: 'before'}});
		const start = () => pve.send('POST', `${vm}/102/status/start`);
		for (const power of ['stopped', 'running'] as const) {
			const {status, reason, text} = await start();
			t.deepEqual([status, reason, text], [596, 'Connection timed out', '']);
			await settle();
			t.is(world.guests[102]?.power, power);
		}
		Object.assign(world.guests[102] ?? {}, {power: 'stopped'});
		t.is((await start()).status, 596);
		await settle();
		t.is(world.guests[102]?.power, 'running');
		faults.add({
			match: {operation: 'version'},
			effect: {kind: 'answer', status: 502, reason: 'Bad Gateway', body: '<html>', contentType: 'text/html'},
		});
		const page = await pve.send('GET', '/version');
		t.deepEqual([page.status, page.text, page.headers['content-type']], [502, '<html>', 'text/html']);
		faults.clear();
		faults.add({match: {operation: 'version'}, effect: {kind: 'truncate'}});
		t.is((await pve.send('GET', '/version')).status, 0);
	}),
);

test(
	'a task can end badly, hide, or lose its worker',
	simulated({}, async (t, pve, {faults, world}) => {
		const clone = (newid: number) => pve.send('POST', `${vm}/9000/clone`, {newid});
		const match = {operation: 'clone'};
		faults.add({match, nth: 1, effect: {kind: 'task', exitstatus: 'clone failed: no luck', log: ['trying']}});
		const failed = await clone(600);
		t.is(await pve.outcome(failed), 'clone failed: no luck');
		t.deepEqual(await pve.log(failed.data), ['trying', 'TASK ERROR: clone failed: no luck']);
		t.false(600 in world.guests);
		faults.add({match, nth: 1, effect: {kind: 'task', exitstatus: 'WARNINGS: 1', act: true}});
		t.is(await pve.outcome(clone(601)), 'WARNINGS: 1');
		t.true(601 in world.guests);
		faults.add({match, nth: 1, effect: {kind: 'kill-worker', afterMs: 120}});
		t.is(await pve.outcome(clone(602)), 'unexpected status');
		t.is(world.guests[602]?.config.lock, 'clone');
		faults.add({match, nth: 1, effect: {kind: 'task-unknown', times: 2}});
		const {data: upid} = await clone(603);
		const poll = async () =>
			(await pve.send('GET', `/nodes/pve/tasks/${encodeURIComponent(upid)}/status`)).errors?.upid;
		t.deepEqual([await poll(), await poll(), await poll()], ['no such task', 'no such task', undefined]);
	}),
);

test(
	'the world can be disturbed just before an act',
	simulated({}, async (t, pve, {faults, world, settle}) => {
		const clone = (newid: number) => pve.send('POST', `${vm}/9000/clone`, {newid, pool: 'garm'});
		faults.add({match: {operation: 'clone'}, nth: 1, effect: {kind: 'take-vmid'}});
		t.is(await pve.outcome(clone(610)), 'unable to create VM 610: config file already exists');
		t.is(world.guests[610]?.config.name, 'somebody-else');
		faults.add({match: {operation: 'clone'}, nth: 1, effect: {kind: 'take-vmid', when: 'post'}});
		t.is((await clone(611)).reason, 'unable to create VM 611: config file already exists');
		faults.add({match: {operation: 'config-put'}, nth: 1, effect: {kind: 'lock', vmid: 102, lock: 'backup', ms: 5000}});
		t.is((await pve.send('PUT', `${vm}/102/config`, {name: 'x'})).reason, 'VM is locked (backup)');
		while (world.guests[102]?.config.lock !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
		faults.add({match: {operation: 'upload'}, nth: 1, effect: {kind: 'storage-full', storage: 'local'}});
		t.regex(await pve.outcome(pve.upload('pve', 'local', 'x.iso', Buffer.alloc(2048))), /No space left on device$/);
		faults.add({match: {operation: 'clone'}, nth: 1, effect: {kind: 'storage-full', storage: 'local-lvm'}});
		t.regex(await pve.outcome(clone(612)), /^clone failed: .*No space left on device$/);
		t.false(612 in world.guests);
		Object.assign(world.storages['local-lvm'] ?? {}, {full: false});
		faults.add({match: {operation: 'resources'}, nth: 1, effect: {kind: 'stale-resources', ms: 600_000}});
		const ids = async () =>
			(await pve.send('GET', '/cluster/resources?type=vm')).data.map(({vmid}: {vmid: number}) => vmid);
		const before = await ids();
		t.is(await pve.outcome(clone(613)), 'OK');
		t.deepEqual(await ids(), before);
		await settle();
	}),
);

test(
	'a node that a fault takes away closes its port, and opens it again',
	simulated({world: 'cluster'}, async (t, pve, {faults, settle, world}) => {
		faults.add({
			match: {operation: 'version'},
			nth: 1,
			effect: {kind: 'node', node: 'n1', state: 'dead', ms: 100_000},
		});
		t.is((await pve.send('GET', '/version')).status, 0);
		t.is((await pve.send('GET', '/version')).status, 0);
		t.is((await pve.send('GET', '/version', undefined, {via: 1})).status, 200);
		while (world.nodes.n1?.state === 'dead') await new Promise((resolve) => setTimeout(resolve, 5));
		await settle();
		t.is((await pve.send('GET', '/version')).status, 200);
	}),
);

test(
	'a VM can move to another node just before an act',
	simulated({world: 'cluster'}, async (t, pve, {faults}) => {
		faults.add({match: {operation: 'config-put'}, nth: 1, effect: {kind: 'migrate', vmid: 101, node: 'n2'}});
		t.is(
			(await pve.send('PUT', '/nodes/n1/qemu/101/config', {cores: 1})).reason,
			"Configuration file 'nodes/n1/qemu-server/101.conf' does not exist",
		);
		t.is((await pve.send('PUT', '/nodes/n2/qemu/101/config', {cores: 1})).status, 200);
	}),
);

test(
	'workers stand still where they are told to, and go on',
	simulated({}, async (t, pve, {holdWorkers, world, settle}) => {
		const goOn = holdWorkers(1);
		const cloned = await pve.send('POST', `${vm}/9000/clone`, {newid: 600});
		await new Promise((resolve) => setTimeout(resolve, 20));
		t.is(world.guests[600], undefined);
		t.is((await pve.send('GET', `/nodes/pve/tasks?source=active`)).data.length, 1);
		goOn();
		const second = holdWorkers(3);
		while (Object.keys(world.volumes).every((key) => !key.includes('vm-600-'))) {
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
		t.deepEqual(world.guests[600]?.config, {lock: 'clone', description: ' qmclone temporary file'});
		second();
		t.is(await pve.outcome(cloned), 'OK');
		await settle();
	}),
);

test(
	'a destroy whose worker is killed leaves a config that only says so',
	simulated({}, async (t, pve, {holdWorkers, killWorker, world}) => {
		t.is(await pve.outcome(pve.send('POST', `${vm}/9000/clone`, {newid: 600, pool: 'garm'})), 'OK');
		const goOn = holdWorkers(4);
		const {data: upid} = await pve.send('DELETE', `${vm}/600`);
		while (world.guests[600]?.config.lock === undefined || world.pools.garm?.vms.includes(600)) {
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
		t.true(killWorker(upid));
		goOn();
		t.is((await pve.send('GET', `${vm}/600/config`)).data.lock, 'destroyed');
		t.deepEqual(world.guests[600]?.config, {lock: 'destroyed'});
		t.is((await pve.send('GET', `${vm}/600/config`, undefined, {as: 'garm@pve!runner'})).status, 403);
		t.is(await pve.outcome(pve.send('DELETE', `${vm}/600`)), 'VM is locked (destroyed)');
	}),
);

test(
	'hooks see each request before it acts and after it has',
	simulated({}, async (t, pve, {onRequest, world}) => {
		const seen: string[] = [];
		const stop = onRequest((n, phase, {operation, form}) => {
			seen.push(`${n} ${phase} ${operation} ${form.cipassword ?? ''} ${world.guests[102]?.config.ciuser}`);
		});
		await pve.send('PUT', `${vm}/102/config`, {ciuser: 'u', cipassword: 'very secret'});
		stop();
		await pve.send('GET', '/version');
		t.deepEqual(seen, ['1 before config-put <redacted> undefined', '1 after config-put <redacted> u']);
	}),
);

const control = async (url: string, method: string, at: string, body?: unknown) => {
	const answer = await fetch(`${url}${at}`, {method, ...(body === undefined ? {} : {body: JSON.stringify(body)})});
	return {status: answer.status, body: (await answer.json()) as Record<string, unknown>};
};

test(
	'the control port shows the world and disturbs it',
	simulated({}, async (t, pve, {controlUrl, world, tokens}) => {
		const send = (method: string, at: string, body?: unknown) => control(controlUrl, method, at, body);
		t.is(
			(await send('POST', '/faults', {match: {}, times: 1, effect: {kind: 'answer', status: 599, reason: 'x'}})).status,
			200,
		);
		t.is((await pve.send('GET', '/version')).status, 599);
		t.is((await send('DELETE', '/faults')).status, 200);
		const shown = (await send('GET', '/world')).body;
		t.deepEqual(shown.tokens, tokens);
		t.like((shown.requests as readonly unknown[])[0], {
			n: 1,
			method: 'GET',
			path: '/version',
			operation: 'version',
			status: 599,
		});
		t.is((await send('POST', '/vm', {vmid: 102, patch: {config: {lock: 'backup', tags: null}}})).status, 200);
		t.like(world.guests[102]?.config, {lock: 'backup', tags: undefined});
		t.deepEqual((await send('POST', '/kill-worker', {upid: 'UPID:none'})).body, {killed: false});
		t.is((await send('POST', '/node', {node: 'pve', state: 'no-quorum'})).status, 200);
		t.is(world.nodes.pve?.state, 'no-quorum');
		t.deepEqual((await send('GET', '/settled')).body, {settled: true});
		t.is((await send('POST', '/migrate', {vmid: 102, node: 'n9'})).status, 400);
		t.is((await send('POST', '/faults', {match: {}, effect: {kind: 'nonsense'}})).status, 400);
		t.is((await send('GET', '/nothing')).status, 400);
	}),
);

test(
	'every JSON block of docs/simulator.md is JSON, and every fault in it a fault',
	simulated({}, async (t, _pve, {faults}) => {
		const page = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
		const blocks = [...page.matchAll(/```json( fault)?\n([\s\S]*?)```/g)];
		t.true(blocks.length >= 6);
		for (const [, isFault, text = ''] of blocks) {
			const value = JSON.parse(text) as Fault | readonly Fault[];
			if (isFault !== undefined) faults.add(...(Array.isArray(value) ? value : [value as Fault]));
		}
	}),
);

test('the command prints one line, writes a config for the owner only, and ends when it is told', async (t) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'simulator-'));
	const lines: string[] = [];
	const ended = new AbortController();
	const configOut = path.join(folder, 'provider.toml');
	const stdout = {
		write: (text: string) => {
			lines.push(text);
			ended.abort();
		},
	};
	t.is(await runSimulator({world: 'cluster', configOut}, {stdout, signal: ended.signal}), 0);
	t.is(lines.length, 1);
	const ready = JSON.parse(lines[0] ?? '') as Record<string, string>;
	t.deepEqual(Object.keys(ready), ['url', 'fingerprint', 'token_id', 'token_secret', 'control']);
	t.is((await stat(configOut)).mode & 0o777, 0o600);
	const config = await readFile(configOut, 'utf8');
	for (const line of [`url = "${ready.url}"`, `secret = "${ready.token_secret}"`, 'pool = "garm"', 'seed = "shared"'])
		t.true(config.includes(line), line);
	await rm(folder, {recursive: true});
});

test('a client killed in the middle of a request does not disturb the simulator', async (t) => {
	await simulated({}, async (_, pve, {url, tokens, settle, world}) => {
		const script = `require('https').request('${url}/api2/json${vm}/9000/clone',{method:'POST',rejectUnauthorized:false,headers:{Authorization:'PVEAPIToken=root@pam!full=${tokens['root@pam!full']}','Content-Type':'application/x-www-form-urlencoded'}}).end('newid=640').on('error',()=>{})`;
		const child = spawn(process.execPath, ['-e', script]);
		const killed = new Promise((resolve) => child.on('exit', resolve));
		const stop = pve.simulator.onRequest((_n, phase) => {
			if (phase === 'before') child.kill('SIGKILL');
		});
		await killed;
		stop();
		while (world.guests[640] === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
		await settle();
		t.is((await pve.send('GET', `${vm}/640/config`)).data.lock, undefined);
	})(t);
});
