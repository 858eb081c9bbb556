import type {World} from '../simulator/index.ts';
import {type Exchange, exchangesOf, rowsOf, type Scenario} from './transcript.ts';

type Storage = World['storages'][string];
type Row = Readonly<Record<string, unknown>>;

/** The storages of a recording's first listing. */
export function firstStorages(scenarios: readonly Scenario[]): World['storages'] {
	const paths = pathsIn(exchangesOf(scenarios));
	const first = scenarios.map((scenario) => storagesIn(scenario)).find((listed) => Object.keys(listed).length > 0);
	const placed = Object.entries(first ?? {}).map(([name, storage]) => {
		const path = paths.get(name);
		return [name, path === undefined ? storage : {...storage, path}] as const;
	});
	return Object.fromEntries(placed);
}

/** Where storages keep their files: only their configuration tells. */
const pathsIn = (exchanges: readonly Exchange[]): ReadonlyMap<string, string> =>
	new Map(
		exchanges
			.filter(({path}) => path === '/storage')
			.flatMap(({answer}) => rowsOf(answer))
			.filter(({path}) => path !== undefined)
			.map(({storage, path}) => [String(storage), String(path)]),
	);

/** The storages a scenario lists, each with the nodes' common facts about it. */
export function storagesIn({entries}: Scenario): World['storages'] {
	const storages: World['storages'] = {};
	for (const entry of entries) {
		if (entry.kind !== 'exchange' || entry.answer.status !== 200) continue;
		const listing = /^\/(?:storage|nodes\/[^/]+\/storage|cluster\/resources)$/.test(entry.path);
		for (const row of listing ? rowsOf(entry.answer) : []) {
			const name = row.storage;
			if (typeof name !== 'string') continue;
			storages[name] = {...storageOf(row), ...storages[name]};
		}
	}
	return storages;
}

const storageTypes = ['dir', 'nfs', 'btrfs', 'lvmthin', 'lvm', 'zfspool', 'rbd'] as const;

function storageOf(row: Row): Storage {
	const {content = 'images,iso,vztmpl,import,snippets', shared = 0, path, storage} = row;
	const usual = storage === 'local' ? '/var/lib/vz' : `/mnt/pve/${storage}`;
	return {
		// Whatever else a plugin is called: it keeps files.
		type: storageTypes.find((known) => known === (row.type === 'storage' ? row.plugintype : row.type)) ?? 'dir',
		shared: Number(shared) === 1,
		content: String(content).split(','),
		path: String(path ?? usual),
		total: Number(row.total ?? row.maxdisk ?? 100 * 1024 ** 3),
		used: Number(row.used ?? row.disk ?? 0),
	};
}
