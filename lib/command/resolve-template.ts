import {badRequest, isFault} from '../fault.ts';
import type {Logger} from '../log/logger.ts';
import type {DesiredRunner} from '../runner/desired.ts';
import {diskShortage} from '../runner/drive.ts';
import type {Inventory, ObservedTemplate, VmRow} from '../runner/observed.ts';
import {type LookTools, onlineNodes} from './look.ts';
import {readOrElsewhere} from './moved.ts';
import type {Cluster} from './ports.ts';

type Wanted = Pick<DesiredRunner, 'image' | 'template' | 'machine'>;
type ResolveTools = {readonly cluster: Pick<Cluster, 'vmConfig'>; readonly logger: Logger};

/** Throws `bad-request` where an image cannot be used: see `resolveTemplates`. */
export async function checkImage(wanted: Wanted, tools: LookTools): Promise<void> {
	await readOrElsewhere(async () => resolveTemplates(wanted, await tools.cluster.inventory(), tools), tools.clock);
}

/** Why an image is of no use: a clause without a full stop, and the `qm` line that mends it on `node`. */
interface ImageProblem {
	readonly why: string;
	readonly node?: string;
	readonly mend?: string;
}

/**
 * The templates that an image means: one by its VMID, or by name one on each node that has it and answers. Throws
 * `bad-request` where there is none (the message lists those that exist), where the name is not clear, or where the
 * flavor's disk is smaller than the template's; `not-found` where the only one has just moved.
 */
export async function resolveTemplates(
	wanted: Wanted,
	inventory: Inventory,
	tools: ResolveTools,
): Promise<readonly ObservedTemplate[]> {
	const {templates, problems} = await findTemplates(wanted, inventory, tools);
	const reasons = [...problems.map(tell), ...templates.flatMap((template) => shrinkage(wanted, template))];
	if (reasons.length > 0) throw badRequest(`Image ${JSON.stringify(wanted.image)}`, reasons);
	return templates;
}

/** The templates that can be read of those an image means, and everything that is wrong with them. */
export async function findTemplates(
	wanted: Pick<Wanted, 'template'>,
	inventory: Inventory,
	tools: ResolveTools,
): Promise<{readonly templates: readonly ObservedTemplate[]; readonly problems: readonly ImageProblem[]}> {
	const rows = inventory.vms.filter((row) => matches(row, wanted.template));
	const reachable = rows.filter(({node}) => onlineNodes(inventory).includes(node));
	const read = await readAny(reachable, tools);
	const templates = read.filter(({config}) => config.template === '1');
	const problems = templates.length === 0 ? [absence(wanted, rows, reachable, inventory)] : ambiguity(templates);
	return {templates, problems};
}

function tell({why, node, mend}: ImageProblem): string {
	return mend === undefined ? `${why}.` : `${why}; on node ${node} run: ${mend}`;
}

function matches(row: VmRow, template: number | string): boolean {
	return typeof template === 'number' ? row.vmid === template : row.template && row.name === template;
}

/** Those of `rows` that can be read at this moment; throws where there are some, and none can. */
async function readAny(rows: readonly VmRow[], {cluster, logger}: ResolveTools): Promise<readonly ObservedTemplate[]> {
	const outcomes = await Promise.allSettled(
		rows.map(async ({vmid, node, name = ''}) => ({vmid, node, name, config: await cluster.vmConfig(node, vmid)})),
	);
	const read = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
	for (const outcome of outcomes) {
		if (outcome.status === 'fulfilled') continue;
		const error: unknown = outcome.reason;
		// One node that does not answer shall not keep runners from all others.
		if (read.length === 0 || !isFault(error, 'unreachable', 'not-found')) throw error;
		logger.warn('a replica of the template cannot be read', {why: error.message});
	}
	return read;
}

function absence(
	{template}: Pick<Wanted, 'template'>,
	rows: readonly VmRow[],
	reachable: readonly VmRow[],
	{vms, nodes}: Inventory,
): ImageProblem {
	const [row] = rows;
	if (row !== undefined && reachable.length === 0) {
		return {why: `node ${row.node} of template ${row.vmid} is off line`};
	}
	if (row !== undefined) {
		return {why: `VM ${row.vmid} is no template`, node: row.node, mend: `qm template ${row.vmid}`};
	}
	const known = vms.filter((each) => each.template).map(({vmid, name, node}) => `${name ?? '?'} (${vmid} on ${node})`);
	const list = known.length === 0 ? 'it sees none' : known.sort().join(', ');
	// pmxcfs status.c: five minutes after a node has died nobody knows the names of its VMs.
	const silent = nodes.filter(({online}) => !online).map(({node}) => `; node ${node} is off line and tells nothing`);
	return {
		why: `there is no template ${typeof template === 'number' ? template : JSON.stringify(template)} that the token may see (VM.Audit). Templates: ${list}${silent.join('')}`,
	};
}

function ambiguity(templates: readonly ObservedTemplate[]): readonly ImageProblem[] {
	const twin = templates.find(({node}, n) => templates.findIndex((other) => other.node === node) !== n);
	if (twin === undefined) return [];
	const vmids = templates.filter(({node}) => node === twin.node).map(({vmid}) => vmid);
	return [{why: `node ${twin.node} has several templates of that name (${vmids.join(', ')}). Name one by its VMID`}];
}

function shrinkage({machine}: Wanted, {vmid, config}: ObservedTemplate): readonly string[] {
	const shortage = diskShortage(machine.diskGiB, config);
	return shortage === undefined ? [] : [`${shortage} (template ${vmid}).`];
}
