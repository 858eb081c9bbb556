import type {Call} from '../call.ts';
import {fork, isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {isDriveName, parseDrive, storageOf} from '../drive.ts';
import {checkQuorum} from '../pmxcfs.ts';
import {die, texts} from '../refusal.ts';
import {volumeOn} from '../storage.ts';
import type {Worker} from '../task.ts';
import {checkLock, loadConfig, lockFile} from '../vm-config.ts';
import type {Guest} from '../world.ts';
import {checkSnippets} from './drive-change.ts';

const lockMs = 10_000;
// Transcripts 06 and 06c of 9.2, whose task ids tell hundredths of a second.
const startMs = 800;
const stopMs = 300;
// CLUSTER section 11: seconds from the end of the task until HA has done it.
const haStartMs = 7000;
const haStopMs = 15_000;
// qemu-server 9 CLI/qm.pm cleanup: waits that long, lock held, for a new QEMU process to end.
const cleanupMs = 30_000;
const powerCycleMs = 1600;

/** POST status/start. API2/Qemu.pm vm_start: everything but the quorum is checked in the task. */
export function start(call: Call): string {
	const {dc, node, parameters} = call;
	const vmid = parameters.vmid ?? '';
	checkQuorum(dc, node);
	const ha = dc.qemuOn(node, vmid);
	if (ha?.ha !== undefined)
		return queued(call, 'hastart', ha, {wish: 'started', afterMs: haStartMs, act: () => startNow(dc, ha)});
	return fork(call, 'qmstart', vmid, (worker) =>
		underLock(call, worker, (guest) => startWork(dc, node, worker, guest)),
	);
}

function underLock(call: Call, worker: Worker, act: (guest: Guest) => Promise<void>): Promise<void> {
	const {dc, node, parameters} = call;
	const vmid = parameters.vmid ?? '';
	return worker.locked(dc.locks, lockFile(vmid), {timeoutMs: lockMs}, () => act(loadConfig(dc, node, vmid)));
}

/** QemuServer.pm vm_start, vm_start_nolock. */
async function startWork(dc: Datacenter, node: string, worker: Worker, guest: Guest): Promise<void> {
	if (guest.config.template === '1') throw texts.startTemplate();
	checkLock(guest);
	if (guest.power !== 'stopped') throw texts.alreadyRunning(guest.vmid);
	applyPending(guest);
	for (const [key, value] of Object.entries(guest.config)) checkDevice(dc, node, key, value);
	checkSnippets(dc, node, guest);
	if (/iothread=1/.test(Object.values(guest.config).join()) && guest.config.scsihw === 'lsi') {
		worker.warn('iothread is only valid with virtio disk or virtio-scsi-single controller, ignoring');
	}
	// A client's own slowness is not shortened by the pace: these seconds are seconds. Transcript 06c of 9.2.
	const cycled = guest.stoppedAt > 0 && dc.clock.now() - guest.stoppedAt < powerCycleMs;
	if (cycled && dc.world.pveVersion !== '8.4' && dc.world.powerCycleLock !== false) holdForCleanup(dc, node, guest);
	await worker.pause(startMs);
	startNow(dc, guest);
}

/** What a VM needs at its start: its volumes on this node, and its bridges. */
function checkDevice(dc: Datacenter, node: string, key: string, value: string): void {
	const bridge = /^net\d+$/.test(key) ? /(?:^|,)bridge=([^,]+)/.exec(value)?.[1] : undefined;
	if (bridge !== undefined && dc.world.nodes[node]?.bridges.includes(bridge) !== true) {
		throw die(`bridge '${bridge}' does not exist`);
	}
	if (!isDriveName(key)) return;
	const {file} = parseDrive(value);
	if (storageOf(file) !== undefined) volumeOn(dc, node, file);
}

function startNow(dc: Datacenter, guest: Guest): void {
	if (guest.power !== 'stopped') return;
	guest.power = 'running';
	guest.startedAt = dc.clock.now();
	guest.pid = dc.tasks.nextPid();
}

/**
 * FACTS section 8, "power cycle on 9": the clean-up of the first run waits behind the start for the lock, and holds it
 * while the second runs.
 */
function holdForCleanup(dc: Datacenter, node: string, guest: Guest): void {
	const file = `${node}:${lockFile(guest.vmid)}`;
	dc.clock.after(100, () => {
		dc.locks
			.acquire(file, {timeoutMs: lockMs})
			.then((release) => {
				if (release === undefined) return;
				const {startedAt} = guest;
				const stop = dc.clock.every(1000, () => {
					if (guest.startedAt === startedAt && guest.power !== 'stopped') return;
					stop();
					release();
				});
				dc.clock.after(cleanupMs, () => {
					stop();
					release();
				});
			})
			.catch(() => undefined);
	});
}

/** POST status/stop: a stopped VM is a success. API2/Qemu.pm vm_stop, QemuServer.pm vm_stop. */
export function stop(call: Call): string {
	const {dc, node, parameters} = call;
	const vmid = parameters.vmid ?? '';
	const ha = dc.qemuOn(node, vmid);
	if (ha?.ha !== undefined)
		return queued(call, 'hastop', ha, {wish: 'stopped', afterMs: haStopMs, act: () => stopNow(dc, ha)});
	return fork(call, 'qmstop', vmid, (worker) =>
		stopping(call, worker, async (guest) => {
			await worker.pause(stopMs);
			stopNow(dc, guest);
		}),
	);
}

/** POST status/shutdown. A deaf guest makes it fail, or be stopped by force. */
export function shutdown(call: Call): string {
	const {dc, parameters} = call;
	const timeoutMs = Number(parameters.timeout ?? 180) * 1000;
	return fork(call, 'qmshutdown', parameters.vmid ?? '', (worker) =>
		stopping(call, worker, async (guest) => {
			if (guest.inside?.deaf !== true) {
				await worker.pause(Math.min(2000, timeoutMs));
				stopNow(dc, guest);
				return;
			}
			await worker.pause(timeoutMs);
			if (!isOn(parameters.forceStop)) throw texts.powerdownTimeout();
			worker.log('VM still running - terminating now with SIGTERM');
			await worker.pause(1000);
			stopNow(dc, guest);
		}),
	);
}

async function stopping(call: Call, worker: Worker, act: (guest: Guest) => Promise<void>): Promise<void> {
	const {dc, node, parameters} = call;
	const vmid = parameters.vmid ?? '';
	if (dc.qemuOn(node, vmid) === undefined) throw texts.notOnNode(vmid, node);
	await worker.locked(dc.locks, lockFile(vmid), {timeoutMs: lockMs}, async () => {
		const guest = dc.qemuOn(node, vmid);
		if (guest === undefined) throw texts.notOnNode(vmid, node);
		if (guest.power === 'stopped') return;
		checkLock(guest);
		await act(guest);
	});
}

function stopNow(dc: Datacenter, guest: Guest): void {
	if (guest.power === 'stopped') return;
	guest.power = 'stopped';
	guest.stoppedAt = dc.clock.now();
	guest.pid = 0;
	// qemu-server CLI/qm.pm cleanup: what waited for the end of the run is written now.
	applyPending(guest);
}

function applyPending(guest: Guest): void {
	for (const [key, value] of Object.entries(guest.pending)) {
		if (value === null) delete guest.config[key];
		else guest.config[key] = value;
	}
	guest.pending = {};
}

interface HaOrder {
	readonly wish: string;
	readonly afterMs: number;
	readonly act: () => void;
}

/** HA-managed: the task only tells the manager, which acts some seconds later. CLUSTER section 11. */
function queued(call: Call, type: string, guest: Guest, order: HaOrder): string {
	return fork(call, type, guest.vmid, async () => {
		guest.ha = order.wish;
		call.dc.clock.after(order.afterMs, order.act);
	});
}

const running = ({dc, node, parameters}: Call): Guest => {
	const guest = dc.qemuOn(node, parameters.vmid ?? '');
	if (guest === undefined) throw texts.notOnNode(parameters.vmid ?? '', node);
	if (guest.power === 'stopped') throw texts.notRunning(guest.vmid);
	return guest;
};

const onRunning =
	(type: string, act: (guest: Guest, dc: Datacenter) => void) =>
	(call: Call): string => {
		const {vmid} = running(call);
		return fork(call, type, vmid, (worker) =>
			underLock(call, worker, async (guest) => {
				checkLock(guest);
				act(guest, call.dc);
			}),
		);
	};

/** POST status/reset: refused at once for a stopped VM. API2/Qemu.pm vm_reset. */
export const reset = onRunning('qmreset', (guest, dc) => {
	guest.startedAt = dc.clock.now();
});

/** POST status/reboot. */
export const reboot = onRunning('qmreboot', (guest, dc) => {
	applyPending(guest);
	guest.startedAt = dc.clock.now();
});

/** POST status/suspend: pauses. */
export const suspend = onRunning('qmpause', (guest) => {
	guest.power = 'paused';
});

const resumeNow = onRunning('qmresume', (guest) => {
	guest.power = 'running';
});

/**
 * POST status/resume: it looks for a suspended state under the config lock, and goes on without that where it does not
 * get the lock. API2/Qemu.pm vm_resume; transcript 06 of 9.2, entry 52.
 */
export async function resume(call: Call): Promise<string> {
	const file = `${call.node}:${lockFile(call.parameters.vmid ?? '')}`;
	const release = await call.dc.locks.acquire(file, {timeoutMs: lockMs});
	release?.();
	return resumeNow(call);
}
