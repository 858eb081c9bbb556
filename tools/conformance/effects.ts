import type {Simulator} from '../simulator/index.ts';
import {dataOf, type Exchange, formOf} from './transcript.ts';

/** What an exchange that is not simulated did, done to the simulated world. `names` are those in its path. */
export type Effect = (simulator: Simulator, exchange: Exchange, names: readonly string[]) => void;

/** The nodes that the recording lets a storage be used on. */
export function restrictStorage({world}: Simulator, exchange: Exchange, [name = '']: readonly string[]): void {
	const storage = world.storages[name];
	if (storage === undefined) return;
	const {nodes: _all, ...rest} = storage;
	const nodes = formOf(exchange).get('nodes');
	world.storages[name] = nodes === null ? rest : {...rest, nodes: nodes.split(',')};
}

/** A file that the recording lets a node download. */
export function addDownload({world}: Simulator, exchange: Exchange, [storage = '']: readonly string[]): void {
	const form = formOf(exchange);
	const [content = 'iso', filename = ''] = [form.get('content') ?? undefined, form.get('filename') ?? undefined];
	const node = /^\/nodes\/([^/]+)/.exec(exchange.path)?.[1] ?? '';
	const volid = `${storage}:${content}/${filename}`;
	const format = content === 'iso' ? 'iso' : (filename.split('.').pop() ?? 'raw');
	const [size, ctime] = [196_616, Math.floor((exchange.at ?? 0) / 1000)];
	world.volumes[`${node}/${volid}`] ??= {volid, storage, node, content, format, size, used: size, ctime};
}

/** A VM that the recording hands to HA. */
export function manageByHa({world}: Simulator, exchange: Exchange): void {
	if (exchange.method !== 'POST') return;
	const form = formOf(exchange);
	const guest = world.guests[Number(/^vm:(\d+)$/.exec(form.get('sid') ?? '')?.[1])];
	if (guest !== undefined) guest.ha = form.get('state') ?? 'started';
}

/** A VM that the recording moves to another node, with its volumes there. */
export function migrate({world}: Simulator, exchange: Exchange): void {
	if (exchange.method !== 'POST' || typeof dataOf(exchange.answer) !== 'string') return;
	const guest = world.guests[Number(/\/qemu\/(\d+)\//.exec(exchange.path)?.[1])];
	const target = formOf(exchange).get('target');
	if (guest === undefined || target === null || world.nodes[target] === undefined) return;
	for (const [key, volume] of Object.entries(world.volumes)) {
		if (volume.vmid !== guest.vmid || volume.node !== guest.node) continue;
		delete world.volumes[key];
		world.volumes[`${target}/${volume.volid}`] = {...volume, node: target};
	}
	guest.node = target;
}
