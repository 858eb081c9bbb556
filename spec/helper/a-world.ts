import {tagsOf, writeNotes} from '../../lib/runner/mark.ts';
import {seedFileName} from '../../lib/runner/names.ts';
import {slotsOf} from '../../lib/runner/vmid.ts';
import {aVm, put, runnerPool} from '../../tools/simulator/world/build.ts';
import type {NodeState, Volume, World} from '../../tools/simulator/world.ts';
import {volumeKey} from '../../tools/simulator/world.ts';
import {aMark, aRunner, controller, vmidRange} from './a-vm.ts';

/** The first of a runner's VMIDs. */
export function firstSlot(name: string, owner = controller): number {
	return slotsOf(owner, name, vmidRange)[0] ?? 0;
}

interface PutOptions {
	/** False: as its clone has left it. */
	readonly tags?: boolean;
	readonly owner?: string;
	readonly pool?: string;
	readonly vmid?: number;
	/** ISO 8601; the same day in every run where it is left out. */
	readonly created?: string;
	readonly config?: Readonly<Record<string, string>>;
}

/** Puts a running VM of a runner into a world, as an earlier run would have made it; gives its VMID. */
export function putRunner(world: World, name: string, node: string, options: PutOptions = {}): number {
	const {
		tags = true,
		owner = controller,
		pool = aRunner().pool,
		vmid = firstSlot(name, owner),
		config,
		created,
	} = options;
	const mark = aMark({runner: name, vmid, controller: owner, pool, ...(created === undefined ? {} : {created})});
	const own = {name, boot: 'order=net0', agent: '1', description: writeNotes(mark)};
	const vm = aVm(vmid, node, {...own, tags: tags ? tagsOf(mark).join(';') : 'base;template', ...config});
	put(world, {...vm, power: 'running', startedAt: 1});
	world.pools[runnerPool]?.vms.push(vmid);
	return vmid;
}

/** Puts a running VM of a runner into a world that was made five hours ago, by the machine's clock. */
export function putOldRunner(world: World, name: string, node: string, options: PutOptions = {}): number {
	return putRunner(world, name, node, {created: new Date(Date.now() - 5 * 3_600_000).toISOString(), ...options});
}

/** Puts a seed of a runner onto a storage; `null` is the node of a shared one. Gives its volume id. */
export function putSeed(world: World, name: string, storage: string, node: string | null, owner = controller): string {
	const volid = `${storage}:iso/${seedFileName(owner, name, 'c0ffee000000')}`;
	const volume: Volume = {volid, storage, node, content: 'iso', format: 'iso', size: 2048, used: 2048, ctime: 1};
	world.volumes[volumeKey(volid, node)] = volume;
	return volid;
}

/** Puts a node into a state: since long before, or since a minute, so that the cluster still shows its old figures. */
export function setState(world: World, node: string, state: NodeState, since: 'long' | 'minute' = 'long'): World {
	Object.assign(world.nodes[node] ?? {}, {state, since: since === 'long' ? 0 : 1});
	return world;
}
