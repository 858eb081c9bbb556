import {decodeTagValue, encodeTagValue} from './tag-value.ts';

/** What makes a VM ours: written into its notes by the call that makes it, proven before anything is destroyed. */
export interface Mark {
	readonly controller: string;
	/** GARM's pool id, or a scale set's pseudo id; may be empty. */
	readonly pool: string;
	/** GARM's exact runner name. */
	readonly runner: string;
	/** The VMID the mark was written for: a copy of the VM made by a person carries a mark that proves nothing. */
	readonly vmid: number;
	/** ISO 8601, UTC. */
	readonly created: string;
	readonly image: string;
	readonly flavor: string;
	readonly os: string;
	readonly arch: string;
	readonly osName?: string;
	readonly osVersion?: string;
}

const formatVersion = 1;
const lead = 'garm-mark: ';

/** The notes of a runner VM: a line for people, and the mark on a line of its own. */
export function writeNotes(mark: Mark): string {
	return `CI runner made by GARM. The line below is its mark: without it nothing removes this VM.\n\n${lead}${JSON.stringify({v: formatVersion, ...mark})}`;
}

/** The mark in `notes`, if it is whole and was written for `vmid`. */
export function readMark(notes: string | undefined, vmid: number): Mark | undefined {
	const lines = (notes ?? '').split('\n').filter((line) => line.startsWith(lead));
	const [line] = lines;
	if (line === undefined || lines.length > 1) return undefined;
	const mark = parseMark(line.slice(lead.length).trim());
	return mark?.vmid === vmid ? mark : undefined;
}

function parseMark(json: string): Mark | undefined {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const {v, vmid, ...rest} = value as Readonly<Record<string, unknown>>;
	const texts = Object.fromEntries(Object.entries(rest).filter(([, text]) => typeof text === 'string')) as Readonly<
		Record<string, string>
	>;
	const {controller, pool, runner, created, image = '', flavor = '', os = '', arch = '', osName, osVersion} = texts;
	if (v !== formatVersion || typeof vmid !== 'number') return undefined;
	if (!controller || pool === undefined || !runner || !created) return undefined;
	return {
		controller,
		pool,
		runner,
		vmid,
		created,
		image,
		flavor,
		os,
		arch,
		...(osName === undefined ? {} : {osName}),
		...(osVersion === undefined ? {} : {osVersion}),
	};
}

/** What the tags of a VM say of it: an index for the scan, never a proof. */
export interface TaggedAs {
	readonly controller: string;
	readonly pool?: string;
	readonly runner?: string;
}

const tagLead = {controller: 'garm-controller-', pool: 'garm-pool-', runner: 'garm-name-'} as const;

/** The tags of a runner VM, sorted as PVE stores them. */
export function tagsOf({controller, pool, runner}: Pick<Mark, 'controller' | 'pool' | 'runner'>): readonly string[] {
	const tags = [tagLead.controller + encodeTagValue(controller), tagLead.runner + encodeTagValue(runner)];
	if (pool !== '') tags.push(tagLead.pool + encodeTagValue(pool));
	return tags.sort();
}

/** Reads the tags back; absent where they name no controller. */
export function readTags(tags: readonly string[]): TaggedAs | undefined {
	const controller = valueAfter(tags, tagLead.controller);
	const pool = valueAfter(tags, tagLead.pool);
	const runner = valueAfter(tags, tagLead.runner);
	if (controller === undefined) return undefined;
	return {controller, ...(pool === undefined ? {} : {pool}), ...(runner === undefined ? {} : {runner})};
}

function valueAfter(tags: readonly string[], tagStart: string): string | undefined {
	const tag = tags.find((each) => each.startsWith(tagStart));
	return tag === undefined ? undefined : decodeTagValue(tag.slice(tagStart.length));
}
