import type {Logger} from '../log/logger.ts';
import type {RunnerIdentity} from '../runner/desired.ts';
import {drivesOf, fileOf} from '../runner/drive.ts';
import {readMark, readTags} from '../runner/mark.ts';
import {seedPrefix, vmNameOf} from '../runner/names.ts';
import type {Inventory, Observed, ObservedSeed, ObservedTemplate, ObservedVm, VmRow} from '../runner/observed.ts';
import {halfMadeVms, ownVms, unbornVmid} from '../runner/whose.ts';
import type {Clock} from '../time/clock.ts';
import {findSeeds} from './find-seeds.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster} from './ports.ts';

/** Whom a look is for, and what it has to cover. */
export interface Sight {
	readonly runner: RunnerIdentity;
	readonly slots: readonly number[];
	readonly purpose: 'create' | 'delete' | 'power';
	readonly seedStorage: string;
	/** What the image resolves to; asked only where a clone is needed. */
	readonly findTemplates?: (inventory: Inventory) => Promise<readonly ObservedTemplate[]>;
}

/** What earlier steps of this run have taught and no look can show. */
export interface Memory {
	/** VMIDs that PVE called taken. */
	readonly takenVmids: readonly number[];
	readonly uploaded: readonly ObservedSeed[];
	readonly everOwned: boolean;
	readonly linkedCloneRefused: boolean;
	readonly tagsRefused: boolean;
}

export interface LookTools {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly logger: Logger;
}

/** One complete look at everything that may be the runner's: complete, or a fault. */
export async function lookForRunner(sight: Sight, memory: Memory, tools: LookTools): Promise<Observed> {
	const look = () => readOrElsewhere(() => lookOnce(sight, memory, tools), tools.clock);
	const seen = await look();
	if (!isRiddle(sight, seen)) return seen;
	await tools.clock.sleep(settleMs);
	return look();
}

// Seen on a cluster of three nodes (8.4): one of them tells of another's VM up to 0.6 s late.
const settleMs = 1_000;

/** Whether a slot is taken and no running clone tells by whom: a clone that ended while we looked is in neither list. */
function isRiddle({slots}: Sight, seen: Observed): boolean {
	const unnamed = seen.hidden.length > 0 || halfMadeVms(slots, seen).length > 0;
	return unnamed && unbornVmid(slots, seen) === undefined;
}

async function lookOnce(sight: Sight, memory: Memory, tools: LookTools): Promise<Observed> {
	const {cluster} = tools;
	const inventory = await cluster.inventory();
	const candidates = inventory.vms.filter((row) => isCandidate(row, sight));
	const vms = await Promise.all(candidates.map((row) => readLiveVm(cluster, row, inventory)));
	const seen = {
		inventory,
		vms,
		hidden: [],
		cloning: [],
		templates: [],
		seeds: memory.uploaded,
		linkedCloneRefused: memory.linkedCloneRefused,
		tagsRefused: memory.tagsRefused,
	} satisfies Observed;
	const own = ownVms(sight.runner, seen);
	if (own.length > 0) return {...seen, seeds: await seedsOf(sight, own, inventory, tools)};

	const hidden = await findHidden(sight, memory, inventory, cluster);
	const unsure = hidden.length > 0 || halfMadeVms(sight.slots, seen).length > 0;
	const active = unsure ? await cluster.activeClones(onlineNodes(inventory)) : [];
	const cloning = active.map(({vmid}) => vmid);
	return {
		...seen,
		hidden: hidden.map((vmid) => ({vmid})),
		cloning,
		templates: (await sight.findTemplates?.(inventory)) ?? [],
		seeds: sight.purpose === 'delete' ? await seedsOf(sight, [], inventory, tools) : memory.uploaded,
	};
}

/** A VM with its config and what its notes prove; without both where its node is off line. */
export async function readVm(cluster: Cluster, row: VmRow, inventory: Inventory): Promise<ObservedVm> {
	if (!onlineNodes(inventory).includes(row.node)) return {...row, power: 'unknown'};
	const config = await cluster.vmConfig(row.node, row.vmid);
	const mark = readMark(config.description, row.vmid);
	const {lock: _listed, ...rest} = row;
	return {
		...rest,
		template: config.template === '1',
		config,
		...(config.name === undefined ? {} : {name: config.name}),
		...(config.lock === undefined ? {} : {lock: config.lock}),
		...(mark === undefined ? {} : {mark}),
	};
}

// The list's own word on what a VM does may be ten seconds old; it matters only for VMs that carry a mark.
async function readLiveVm(cluster: Cluster, row: VmRow, inventory: Inventory): Promise<ObservedVm> {
	const vm = await readVm(cluster, row, inventory);
	return vm.mark === undefined ? vm : {...vm, power: await cluster.vmPower(row.node, row.vmid)};
}

/** The nodes that the cluster calls on line. */
export function onlineNodes({nodes}: Inventory): readonly string[] {
	return nodes.flatMap(({node, online}) => (online ? [node] : []));
}

function isCandidate(row: VmRow, {runner, slots}: Sight): boolean {
	const tagged = readTags(row.tags);
	return (
		slots.includes(row.vmid) ||
		(tagged?.controller === runner.controller && (tagged.runner ?? runner.name) === runner.name) ||
		(!row.template && row.name === vmNameOf(runner.name))
	);
}

/** VMIDs of the runner that are taken although no row shows it: a pool's token sees a clone only when it is whole. */
async function findHidden(
	{slots, purpose}: Sight,
	{takenVmids, everOwned}: Memory,
	inventory: Inventory,
	cluster: Cluster,
): Promise<readonly number[]> {
	const unseen = slots.filter((slot) => !inventory.vms.some(({vmid}) => vmid === slot));
	// The clone itself asks for its VMID, and whoever has seen the VM knows where it was.
	if (purpose === 'create') return takenVmids.filter((vmid) => unseen.includes(vmid));
	if (everOwned) return [];
	const free = await Promise.all(unseen.map((vmid) => cluster.isVmidFree(vmid)));
	return unseen.filter((_, n) => free[n] === false);
}

async function seedsOf(
	{runner, purpose, seedStorage}: Sight,
	own: readonly ObservedVm[],
	inventory: Inventory,
	{cluster, logger}: LookTools,
): Promise<readonly ObservedSeed[]> {
	if (purpose === 'power') return [];
	const prefix = seedPrefix(runner.controller, runner.name);
	const found = await findSeeds(cluster, inventory, seedStorage, prefix, logger);
	if (purpose === 'create') return found;
	// The seed storage of the config may be another one than when the VM was made.
	const attached = own.flatMap(({node, config = {}}) =>
		drivesOf(config).map(({volumeId}) => ({node, volumeId, fileName: fileOf(volumeId)})),
	);
	const elsewhere = attached.filter(
		({fileName, volumeId}) => fileName.startsWith(prefix) && !found.some((seed) => seed.volumeId === volumeId),
	);
	return [...found, ...elsewhere];
}
