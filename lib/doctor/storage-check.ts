import {storagePath} from '../access/choice.ts';
import {bootDiskOf} from '../runner/drive.ts';
import type {ObservedStorage} from '../runner/observed.ts';
import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import {type Finding, listed} from './finding.ts';
import {diskStoragesOf, type Found, nodesOf} from './needs.ts';

const gib = 2 ** 30;
// A seed has some hundred KiB; PVE spools an upload beside it.
const leastSeedBytes = 64 * 2 ** 20;
const fewSeedBytes = gib;

/** Whether the storages of seeds and disks are there, active, of the right kind, and have room. */
export function checkStorages(ask: Ask, facts: ClusterFacts, found: Found): readonly Finding[] {
	const nodes = nodesOf(ask, facts.inventory);
	const biggestDisk = Math.max(0, ...found.templates.map(({config}) => bootDiskOf(config)?.sizeGiB ?? 0)) * gib;
	return [
		...checkStorage(ask.seedStorage, 'iso', nodes, facts, (storage, rows) =>
			checkRoom(storage, rows, {least: leastSeedBytes, few: fewSeedBytes, fewMeans: 'less than 1 GiB'}),
		),
		...diskStoragesOf(ask, found.templates).flatMap((name) =>
			checkStorage(name, 'images', nodes, facts, (storage, rows) =>
				checkRoom(storage, rows, {least: 0, few: biggestDisk, fewMeans: 'less than one disk of a template'}),
			),
		),
	];
}

function checkStorage(
	name: string,
	content: 'iso' | 'images',
	nodes: readonly string[],
	{inventory, held}: ClusterFacts,
	checkFree: (name: string, rows: readonly ObservedStorage[]) => readonly Finding[],
): readonly Finding[] {
	const all = inventory.storages.filter(({storage}) => storage === name);
	if (all.length === 0) {
		// Without Datastore.Audit nobody sees the storage: that is what the privilege's own finding tells.
		return held[storagePath(name)]?.includes('Datastore.Audit') ? [absent(name, content)] : [];
	}
	const known = [...new Set(all.flatMap((row) => row.content))];
	if (!known.includes(content)) return [unfit(name, content, known)];
	const rows = all.filter(({node}) => nodes.includes(node));
	const active = rows.filter((row) => row.active);
	const idle = nodes.filter((node) => !active.some((row) => row.node === node));
	if (active.length === 0) return [inactive(name, nodes, 'failure')];
	return [...(idle.length === 0 ? [] : [inactive(name, idle, 'warning')]), ...checkFree(name, active)];
}

function absent(name: string, content: string): Finding {
	return {
		topic: 'storage',
		level: 'failure',
		what: `there is no storage ${name}`,
		why: `The config names it for ${content === 'iso' ? 'seeds (storage.seed)' : 'disks'}.`,
		mend: [
			'pvesm status',
			...(content === 'iso' ? [`pvesm add dir ${name} --path /var/lib/${name} --content iso`] : []),
		],
	};
}

function unfit(name: string, content: string, known: readonly string[]): Finding {
	return {
		topic: 'storage',
		level: 'failure',
		what: `storage ${name} does not take ${content === 'iso' ? 'ISO images' : 'disk images'}`,
		why: `Its content is ${known.join(', ') || 'empty'}.`,
		mend: [`pvesm set ${name} --content ${[...known, content].join(',')}`],
	};
}

function inactive(name: string, nodes: readonly string[], level: 'warning' | 'failure'): Finding {
	return {
		topic: 'storage',
		level,
		what: `storage ${name} is not available on ${listed(nodes)}`,
		why: 'It is restricted to other nodes, disabled, or not reachable from there.',
		mend: [`pvesm status --storage ${name}`],
	};
}

interface Room {
	readonly least: number;
	readonly few: number;
	readonly fewMeans: string;
}

function checkRoom(name: string, rows: readonly ObservedStorage[], {least, few, fewMeans}: Room): readonly Finding[] {
	const places = (rows[0]?.shared ? rows.slice(0, 1) : rows).map(({node, shared, freeBytes}) => ({
		where: shared ? `storage ${name}` : `storage ${name} on ${node}`,
		freeBytes,
	}));
	const short = places.filter(({freeBytes}) => freeBytes !== undefined && freeBytes < few);
	const full = short.filter(({freeBytes = 0}) => freeBytes < least);
	const room = places.map(({where, freeBytes}) =>
		freeBytes === undefined ? where : `${where} (${inGib(freeBytes)} free)`,
	);
	if (short.length === 0) return [{topic: 'storage', level: 'ok', what: `${listed(room)} can be used`}];
	return short.map(({where, freeBytes = 0}) => ({
		topic: 'storage',
		level: full.length === places.length ? 'failure' : 'warning',
		what: `${where} has ${inGib(freeBytes)} free`,
		why: `That is ${fewMeans}.`,
		mend: [`pvesm status --storage ${name}`],
	}));
}

function inGib(bytes: number): string {
	return `${(bytes / gib).toFixed(bytes < 10 * gib ? 1 : 0)} GiB`;
}
