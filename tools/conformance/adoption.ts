import type {Simulator} from '../simulator/index.ts';
import {bornBy} from './evidence.ts';
import type {Fate} from './fate.ts';
import {dataOf, type Exchange, rowsOf} from './transcript.ts';
import type {Upid} from './upid.ts';

type World = Simulator['world'];
type Guest = World['guests'][number];
type Volume = World['volumes'][string];
type Task = World['tasks'][string];

/** A guest that was there before the recording met it, and the exchange that tells its config, where one does. */
export interface Adopted {
	readonly guest: Guest;
	readonly source: Exchange | undefined;
}

/** The guest that `later` tells of: the recording from the exchange that meets it first. */
export function adoptGuest(vmid: number, node: string, later: readonly Exchange[]): Adopted {
	const source = configAsked(vmid, later);
	const known = source === undefined ? glimpsed(vmid, later) : dataOf(source.answer);
	const {digest: _digest, ...config} = (known ?? {}) as Readonly<Record<string, unknown>>;
	const guest: Guest = {
		...{vmid, type: 'qemu', node, pending: {}, startedAt: 0, stoppedAt: 0, pid: 1000 + vmid},
		config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)])),
		power: runs(vmid, later) ? 'running' : 'stopped',
	};
	return {guest, source};
}

function configAsked(vmid: number, later: readonly Exchange[]): Exchange | undefined {
	for (const [index, exchange] of later.entries()) {
		if (index > 0 && bornBy(exchange) === vmid) return undefined;
		const asked = exchange.method === 'GET' && exchange.path.endsWith(`/qemu/${vmid}/config`);
		if (asked && exchange.answer.status === 200) return exchange;
	}
	return undefined;
}

const rowsWithin = 200;
const usualMemory = 512 * 1024 ** 2;

/** What the rows of lists tell of a guest whose config nobody asked for. */
function glimpsed(vmid: number, later: readonly Exchange[]): Readonly<Record<string, unknown>> {
	const rows = later.slice(0, rowsWithin).flatMap(({answer}) => rowsOf(answer).filter((row) => row.vmid === vmid));
	const shown = (key: string): unknown => rows.find((row) => row[key] !== undefined && row[key] !== 0)?.[key];
	const config: Readonly<Record<string, unknown>> = {
		...{name: shown('name'), tags: shown('tags'), template: shown('template'), lock: shown('lock')},
		serial0: shown('serial') === undefined ? undefined : 'socket',
		memory: Number(shown('maxmem') ?? usualMemory) / 1024 ** 2,
	};
	return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** Whether the first thing told of the guest's power is that it runs. */
function runs(vmid: number, later: readonly Exchange[]): boolean {
	for (const {path, answer} of later) {
		const current = path.endsWith(`/qemu/${vmid}/status/current`) ? dataOf(answer) : undefined;
		const row = rowsOf(answer).find((found) => found.vmid === vmid && found.status !== undefined);
		const told = (current ?? row) as {readonly status?: unknown} | null | undefined;
		if (told?.status !== undefined && told.status !== 'unknown') return told.status === 'running';
	}
	return false;
}

/** The disks that an adopted guest's config names. */
export const disksOf = (guest: Guest, storages: World['storages']): readonly Volume[] =>
	Object.values(guest.config).flatMap((value) => diskIn(value, guest, storages) ?? []);

function diskIn(value: string, {vmid, node}: Guest, storages: World['storages']): Volume | undefined {
	const volid = /^([\w-]+:(?:[\w.-]+\/)*[\w.-]+)(?:,|$)/.exec(value)?.[1] ?? '';
	const storage = volid.split(':')[0] ?? '';
	const known = storages[storage];
	if (known === undefined || volid.includes(':iso/')) return undefined;
	const size = Number(/size=(\d+)G/.exec(value)?.[1] ?? 1) * 1024 ** 3;
	const format = /\.(\w+)$/.exec(volid)?.[1] ?? 'raw';
	const at = known.shared ? null : node;
	return {volid, storage, node: at, content: 'images', format, size, used: 4096, ctime: 0, vmid, parent: null};
}

/** The files of a storage that an answer lists, but for guests' disks: some were put there by hand. */
export function filesListed({path, answer}: Exchange, storages: World['storages']): readonly Volume[] {
	const [, node = '', storage = ''] = /^\/nodes\/([^/]+)\/storage\/([^/]+)\/content$/.exec(path) ?? [];
	if (storage === '' || answer.status !== 200) return [];
	const at = storages[storage]?.shared === true ? null : node;
	return rowsOf(answer).flatMap((row) => {
		const {volid, content, format, size = 0, ctime = 0, vmid} = row as Partial<Volume>;
		if (volid === undefined || content === undefined || format === undefined || vmid !== undefined) return [];
		return [{volid, storage, node: at, content, format, size, used: size, ctime}];
	});
}

/** A task that no replayed request has started, as its id and the recording tell of it. */
export function taskOf(upid: Upid, fate: Fate): Task {
	const {text, node, pid, pstart, starttime, type, id} = upid;
	const [user = '', tokenid] = upid.user.split('!');
	const {exitstatus = 'OK', endtime = starttime + 1, log = []} = fate;
	return {
		...{upid: text, node, pid, pstart, starttime, type, id, user, log: [...log]},
		...(tokenid === undefined ? {} : {tokenid}),
		...{status: 'stopped', exitstatus, endtime},
	};
}
