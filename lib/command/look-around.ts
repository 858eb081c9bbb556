import {isFault} from '../fault.ts';
import {readTags} from '../runner/mark.ts';
import type {ActiveClone, Inventory, ObservedDisk, ObservedVm, VmRow} from '../runner/observed.ts';
import type {VmidRange} from '../runner/vmid.ts';
import type {SweepFacts} from '../sweep/facts.ts';
import {findSeeds} from './find-seeds.ts';
import {type LookTools, onlineNodes, readVm} from './look.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster, Disks} from './ports.ts';
import {isWithin, rememberingReader} from './survey.ts';

/** What a look around needs. */
export interface LookAroundTools extends LookTools {
	readonly cluster: Cluster & Disks;
}

/** Where runners and their seeds may be. */
export interface Surroundings {
	readonly vmidRange: VmidRange;
	readonly seedStorage: string;
}

/** Which of the VMs seen have to be read closely; may be asked more than once. */
export type Unread = (facts: SweepFacts) => readonly ObservedVm[] | Promise<readonly ObservedVm[]>;

// lib/runner/names.ts controllerSeedPrefix: of whatever controller.
const anySeed = 'garm-seed-';

/**
 * Looks at the runners of every controller, in a few requests: one list of the cluster, one of each node, one of each
 * storage. The notes are read only of untagged VMs in the range, and of those that `unread` asks for.
 */
export async function lookAround(
	{vmidRange, seedStorage}: Surroundings,
	unread: Unread,
	tools: LookAroundTools,
): Promise<SweepFacts> {
	const {cluster, clock, logger} = tools;
	const read = rememberingReader(cluster);
	return readOrElsewhere(async () => {
		const inventory = await cluster.inventory();
		const online = onlineNodes(inventory);
		const [live, seeds] = await Promise.all([
			liveRows(inventory, cluster),
			findSeeds(cluster, inventory, seedStorage, anySeed, logger),
		]);
		const rows = inventory.vms.flatMap((row) => asLive(row, live, online));
		const untagged = rows.filter(
			(row) => !row.template && readTags(row.tags) === undefined && isWithin(row, vmidRange),
		);
		const closely = await read(untagged, inventory);
		const isCloned = [...closely, ...rows].some(({lock}) => lock === 'clone' || lock === 'create');
		const [disks, clones] = await Promise.all([
			strayDisks(vmidRange, inventory, tools),
			isCloned ? cluster.activeClones(online) : [],
		]);
		const facts: SweepFacts = {
			now: clock.now(),
			online,
			rows: inventory.vms,
			vms: [
				...rows.filter((row) => !row.template && readTags(row.tags) !== undefined),
				...closely.filter(({mark}) => mark !== undefined),
				...(await stillHalfMade(closely, clones, inventory, cluster)),
			],
			unsure: closely.filter(({config}) => config === undefined),
			seeds,
			disks,
			cloning: clones.map(({vmid}) => vmid),
		};
		const known = new Map((await read(await unread(facts), inventory)).map((vm) => [vm.vmid, vm]));
		return {...facts, vms: facts.vms.map((vm) => known.get(vm.vmid) ?? vm)};
	}, clock);
}

/**
 * The VMs that a clone has begun and that do not say whose they are. One that no clone is at work on is read once more:
 * a clone that ended while we looked is in neither list.
 */
async function stillHalfMade(
	vms: readonly ObservedVm[],
	clones: readonly ActiveClone[],
	inventory: Inventory,
	cluster: Cluster,
): Promise<readonly ObservedVm[]> {
	const begun = vms.filter(isUnmarkedClone);
	const isActive = ({vmid}: ObservedVm) => clones.some((clone) => clone.vmid === vmid);
	const idle = await Promise.all(begun.filter((vm) => !isActive(vm)).map((vm) => readVm(cluster, vm, inventory)));
	return [...begun.filter(isActive), ...idle.filter((vm) => vm.mark !== undefined || isUnmarkedClone(vm))];
}

function isUnmarkedClone({mark, lock, config}: ObservedVm): boolean {
	return mark === undefined && config !== undefined && (lock === 'clone' || lock === 'create');
}

/** The VMs of every node that answers, live: the whole-cluster list may be ten seconds old. */
async function liveRows({nodes}: Inventory, cluster: Cluster): Promise<ReadonlyMap<number, VmRow>> {
	const online = nodes.filter((each) => each.online);
	const rows = (await Promise.all(online.map(({node}) => cluster.nodeVms(node)))).flat();
	return new Map(rows.map((row) => [row.vmid, row]));
}

function asLive(row: VmRow, live: ReadonlyMap<number, VmRow>, online: readonly string[]): readonly VmRow[] {
	const now = live.get(row.vmid);
	if (now !== undefined) return [{...now, ...(row.pool === undefined ? {} : {pool: row.pool})}];
	return online.includes(row.node) ? [] : [{...row, power: 'unknown'}];
}

/** Disks of the range whose VMID nobody has; a storage that does not tell its disks is passed by. */
async function strayDisks(
	vmidRange: VmidRange,
	inventory: Inventory,
	{cluster, logger}: LookAroundTools,
): Promise<readonly ObservedDisk[]> {
	const holders = inventory.storages.filter(({active, content}) => active && content.includes('images'));
	const places = holders.filter(
		({storage, shared}, n) => !shared || holders.findIndex((other) => other.storage === storage) === n,
	);
	const disks = await Promise.all(
		places.map(({node, storage}) =>
			cluster.diskVolumes(node, storage).catch((error: unknown) => {
				if (!isFault(error, 'refused', 'unreachable')) throw error;
				logger.warn('a storage does not tell its disks', {node, storage, why: error.message});
				return [];
			}),
		),
	);
	const unowned = disks
		.flat()
		.filter((disk) => isWithin(disk, vmidRange) && !inventory.vms.some(({vmid}) => vmid === disk.vmid));
	// A VM that the token may not see has its disks too, and so has a container.
	const vmids = [...new Set(unowned.map(({vmid}) => vmid))];
	const free = await Promise.all(vmids.map((vmid) => cluster.isVmidFree(vmid)));
	return unowned.filter(({vmid}) => free[vmids.indexOf(vmid)]);
}
