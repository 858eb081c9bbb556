import type {Logger} from '../log/logger.ts';
import type {RunnerIdentity} from '../runner/desired.ts';
import {drivesOf, fileOf} from '../runner/drive.ts';
import {readMark, readTags} from '../runner/mark.ts';
import {seedPrefix, vmNameOf} from '../runner/names.ts';
import type {Inventory, Observed, ObservedSeed, ObservedVm, VmRow} from '../runner/observed.ts';
import {isDeadClone, ownVms, unbornVmid} from '../runner/whose.ts';
import type {Clock} from '../time/clock.ts';
import {findSeeds} from './find-seeds.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster} from './ports.ts';

/** Whom a look is for, and what it has to cover. */
export interface Sight {
	readonly runner: RunnerIdentity;
	readonly slots: readonly number[];
	readonly purpose: 'create' | 'delete' | 'power' | 'show';
	readonly seedStorage: string;
	/** What the image resolves to, and what that look has taught of the nodes; asked only where a clone is needed. */
	readonly findPlaces?: (inventory: Inventory) => Promise<Pick<Observed, 'templates' | 'inventory'>>;
}

/** What earlier steps of this run have taught and no look can show. */
export interface Memory {
	/** VMIDs that PVE called taken. */
	readonly takenVmids: readonly number[];
	/** The VMIDs at which this run has made the runner's VM, or found and removed it. */
	readonly ownedVmids: readonly number[];
	/** VMs that lack a disk. */
	readonly brokenVmids: readonly number[];
	readonly linkedCloneRefused: boolean;
	readonly tagsRefused: boolean;
}

export interface LookTools {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly logger: Logger;
}

/**
 * One complete look at everything that may be the runner's: complete, or a fault. The list of the cluster is enough
 * where it shows the runner; where it does not, the nodes themselves are asked before anything is called absent.
 */
export async function lookForRunner(sight: Sight, memory: Memory, tools: LookTools): Promise<Observed> {
	const look = (depth: Depth) => readOrElsewhere(() => lookOnce(sight, memory, tools, depth), tools.clock);
	const listed = await look('list');
	if (isRiddle(sight, listed)) return look('tasks');
	// A clone is refused where its VMID is taken: nothing has to be proven absent before it.
	if (sight.purpose === 'create' || ownVms(sight.runner, listed).length > 0) return listed;
	const live = await look('nodes');
	const last = isRiddle(sight, live) ? await look('tasks') : live;
	if (ownVms(sight.runner, last).length === 0) await tools.cluster.proveSight();
	return last;
}

/** The cluster's list only; the nodes' own lists; and before these, the clones that are being made. */
type Depth = 'list' | 'nodes' | 'tasks';

/** Whether something has one of the slots and does not say whose it is, or is a clone that may be under way. */
function isRiddle({runner, slots}: Sight, seen: Observed): boolean {
	const own = ownVms(runner, seen);
	if (own.length > 0) return own.some(({lock}) => lock === 'clone');
	const unnamed = ({vmid, mark, lock}: ObservedVm) => slots.includes(vmid) && mark === undefined && lock !== undefined;
	return seen.hidden.length > 0 || seen.vms.some(unnamed);
}

async function lookOnce(sight: Sight, memory: Memory, tools: LookTools, depth: Depth): Promise<Observed> {
	const {cluster} = tools;
	const listed = await cluster.inventory();
	const online = onlineNodes(listed);
	// In this order: a clone that ends after its task was looked for is among the VMs.
	const clones = depth === 'tasks' ? await cluster.activeClones(online) : [];
	const inventory = depth === 'list' ? listed : await withLiveVms(listed, cluster);
	const vms = await Promise.all(
		inventory.vms.filter((row) => isCandidate(row, sight)).map((row) => readLiveVm(row, inventory, sight, cluster)),
	);
	const seen: Observed = {
		inventory,
		vms,
		hidden: [],
		cloning: clones.map(({vmid}) => vmid),
		dead: [],
		uploading: [],
		quietMs: 0,
		templates: [],
		seeds: [],
		brokenVmids: memory.brokenVmids,
		linkedCloneRefused: memory.linkedCloneRefused,
		tagsRefused: memory.tagsRefused,
	};
	const own = ownVms(sight.runner, seen);
	// A create leaves a dead clone to root, and makes another.
	const isEnough = sight.purpose !== 'create' || depth !== 'tasks' || own.some((vm) => !isDeadClone(vm, seen));
	if (own.length > 0 && isEnough) return {...seen, seeds: await seedsOf(sight, own, inventory, tools)};

	const hidden = (await findHidden(sight, memory, inventory, cluster, depth)).map((vmid) => ({vmid}));
	const slots = {...seen, hidden};
	const explained = !isRiddle(sight, slots) || unbornVmid(sight.slots, slots) !== undefined;
	// Before the seeds, for the same reason.
	const uploads = sight.purpose === 'delete' && depth !== 'list' ? await cluster.activeUploads(online) : [];
	return {
		...slots,
		uploading: uploads.map(({fileName}) => fileName),
		dead: depth === 'tasks' && !explained ? await cluster.deadWork(online) : [],
		...(await sight.findPlaces?.(inventory)),
		seeds: sight.purpose === 'delete' && depth !== 'list' ? await seedsOf(sight, [], inventory, tools) : [],
	};
}

/** The same with the VMs as their nodes tell them: the cluster's list lags behind, on other nodes up to 0.6 s. */
export async function withLiveVms(inventory: Inventory, cluster: Cluster): Promise<Inventory> {
	const online = onlineNodes(inventory);
	const live = await Promise.all(online.map((node) => cluster.nodeVms(node)));
	const lost = inventory.vms.filter(({node}) => !online.includes(node));
	return {...inventory, vms: [...live.flat(), ...lost]};
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
async function readLiveVm(
	row: VmRow,
	inventory: Inventory,
	{runner, purpose}: Sight,
	cluster: Cluster,
): Promise<ObservedVm> {
	const vm = await readVm(cluster, row, inventory);
	if (vm.lock === 'destroyed') return {...vm, tasks: await cluster.vmTasks(row.node, row.vmid)};
	if (vm.mark === undefined) return vm;
	const asks = (purpose === 'create' || purpose === 'power') && ownVms(runner, {vms: [vm]}).length > 0;
	// In this order: what a task that has just ended did is seen. An earlier run's stop would undo what this one finds.
	const tasks = asks ? {tasks: await cluster.vmTasks(row.node, row.vmid)} : {};
	return {...vm, ...tasks, power: await cluster.vmPower(row.node, row.vmid)};
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
	{takenVmids, ownedVmids}: Memory,
	inventory: Inventory,
	cluster: Cluster,
	depth: Depth,
): Promise<readonly number[]> {
	const unseen = slots.filter((slot) => !inventory.vms.some(({vmid}) => vmid === slot));
	// The clone itself asks for its VMID. Whoever has seen the VM knows where it was, and that the slots before were taken.
	if (purpose === 'create') return takenVmids.filter((vmid) => unseen.includes(vmid));
	if (depth === 'list') return [];
	const searched = unseen.filter((vmid) => ownedVmids.every((owned) => slots.indexOf(vmid) < slots.indexOf(owned)));
	const free = await Promise.all(searched.map((vmid) => cluster.isVmidFree(vmid)));
	return searched.filter((_, n) => free[n] === false);
}

async function seedsOf(
	{runner, purpose, seedStorage}: Sight,
	own: readonly ObservedVm[],
	inventory: Inventory,
	{cluster, logger}: LookTools,
): Promise<readonly ObservedSeed[]> {
	if (purpose === 'power' || purpose === 'show') return [];
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
