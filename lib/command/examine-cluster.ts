import type {Ask, AskedImage} from '../doctor/ask.ts';
import {foundIn} from '../doctor/diagnose.ts';
import type {ClusterFacts, ImageFacts, NetworkFacts} from '../doctor/facts.ts';
import {nodesOf, spotsOf} from '../doctor/needs.ts';
import {isFault} from '../fault.ts';
import {readTags} from '../runner/mark.ts';
import type {Inventory} from '../runner/observed.ts';
import type {VmidRange} from '../runner/vmid.ts';
import type {LookTools} from './look.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster, Rules} from './ports.ts';
import {findTemplates} from './resolve-template.ts';
import {trialController} from './trial.ts';

/** What looking around needs. */
export interface ExamineTools extends LookTools {
	readonly cluster: Cluster & Rules;
}

/** Everything that has to be known to say whether runners as `ask` wants them would come up; `vmids` is how many VMIDs are tried. */
export async function examineCluster(ask: Ask, vmids: number, tools: ExamineTools): Promise<ClusterFacts> {
	const {cluster} = tools;
	const [inventory, roles, pools, tagRules] = await Promise.all([
		cluster.inventory(),
		cluster.roles(),
		cluster.pools(),
		cluster.tagRules(),
	]);
	const wanted = ask.images.length > 0 ? ask.images : everyTemplate(inventory);
	const [images, networks] = await Promise.all([
		Promise.all(wanted.map((image) => examineImage(image, inventory, tools))),
		examineNetworks(nodesOf(ask, inventory), tools),
	]);
	const spots = spotsOf(ask, foundIn({inventory, images, networks}));
	const paths = [...new Set(spots.flatMap(({path, also}) => (also === undefined ? [path] : [path, also])))];
	const [held, sample] = await Promise.all([
		Promise.all(paths.map(async (path) => [path, await cluster.privilegesOn(path)] as const)),
		Promise.all(spread(ask.vmidRange, vmids).map((vmid) => cluster.isVmidFree(vmid))),
	]);
	return {
		inventory,
		roles,
		held: Object.fromEntries(held),
		pools,
		tagRules,
		images,
		networks,
		vmids: {asked: sample.length, taken: sample.filter((free) => !free).length},
		leftovers: inventory.vms.filter(({tags}) => readTags(tags)?.controller === trialController),
	};
}

function everyTemplate({vms}: Inventory): readonly AskedImage[] {
	const names = new Set(vms.filter(({template}) => template).map(({name, vmid}) => name ?? String(vmid)));
	return [...names].sort().map((name) => ({name, template: /^\d+$/.test(name) ? Number(name) : name}));
}

async function examineImage(image: AskedImage, inventory: Inventory, tools: ExamineTools): Promise<ImageFacts> {
	try {
		const {templates, problems} = await readOrElsewhere(() => findTemplates(image, inventory, tools), tools.clock);
		return {name: image.name, templates, problems};
	} catch (error) {
		if (!isFault(error, 'refused', 'busy', 'unreachable')) throw error;
		return {name: image.name, templates: [], problems: [{why: error.message.replace(/\.$/, '')}]};
	}
}

async function examineNetworks(
	nodes: readonly string[],
	{cluster, logger}: ExamineTools,
): Promise<Readonly<Record<string, readonly NetworkFacts[]>>> {
	const told = await Promise.all(
		nodes.map(async (node) => {
			try {
				return [[node, await cluster.networks(node)] as const];
			} catch (error) {
				if (!isFault(error)) throw error;
				logger.warn('a node does not tell its bridges', {node, why: error.message});
				return [];
			}
		}),
	);
	return Object.fromEntries(told.flat());
}

/** `count` VMIDs, evenly spread over the range. */
function spread({first, last}: VmidRange, count: number): readonly number[] {
	const span = last - first + 1;
	const each = Math.min(count, span);
	return Array.from({length: each}, (_, n) => first + Math.floor(((n + 0.5) * span) / each));
}
