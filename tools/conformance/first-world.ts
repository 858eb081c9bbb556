import type {PveVersion, World} from '../simulator/index.ts';
import {firstAccess} from './first-access.ts';
import {firstStorages} from './first-storages.ts';
import {UnreadableRecording} from './read-recording.ts';
import {dataOf, type Exchange, exchangesOf, rowsOf, type Scenario} from './transcript.ts';
import {findUpid} from './upid.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * The cluster as it was before the first exchange: its nodes, the storages of its first listing, root, and the tokens
 * that were let in without having been made in the recording. Guests come later, when the recording meets them.
 */
export function firstWorld(folder: string, scenarios: readonly Scenario[]): World {
	const exchanges = exchangesOf(scenarios);
	const clusterName = clusterNameIn(exchanges);
	return {
		name: 'recorded',
		pveVersion: versionOf(folder, exchanges),
		...(clusterName === undefined ? {} : {clusterName}),
		nodes: nodesIn(exchanges),
		guests: {},
		storages: firstStorages(scenarios),
		volumes: {},
		pools: {},
		access: firstAccess(exchanges),
		options: {},
		tasks: {},
	};
}

/** The version a recording was made with, of the two that are simulated: the one of the same major release. */
function versionOf(folder: string, exchanges: readonly Exchange[]): PveVersion {
	for (const {path, answer} of exchanges) {
		if (path !== '/version' || answer.status !== 200) continue;
		const {version = ''} = (dataOf(answer) ?? {}) as {version?: string};
		if (version.startsWith('8.')) return '8.4';
		if (version.startsWith('9.')) return '9.2';
		throw new UnreadableRecording(`${folder} was recorded with Proxmox VE ${version}; 8 and 9 are simulated.`);
	}
	throw new UnreadableRecording(`${folder} holds no answer of GET /version, so nobody knows what to simulate.`);
}

function clusterNameIn(exchanges: readonly Exchange[]): string | undefined {
	const rows = exchanges.filter(({path}) => path === '/cluster/status').flatMap(({answer}) => rowsOf(answer));
	const name = rows.find(({type}) => type === 'cluster')?.name;
	return typeof name === 'string' ? name : undefined;
}

function nodesIn(exchanges: readonly Exchange[]): World['nodes'] {
	const rows = exchanges.flatMap(({path, answer}) =>
		/^\/(?:nodes|cluster\/resources|cluster\/status)$/.test(path) ? rowsOf(answer) : [],
	);
	const listed = rows.filter(({type}) => type === 'node').map(({node, name}) => String(node ?? name));
	const names = new Set([...listed, ...exchanges.flatMap(nodesNamedBy)]);
	if (names.size === 0) names.add('pve');
	return Object.fromEntries([...names].sort().map((name, index) => [name, nodeOf(name, index + 1, rows)]));
}

/** The nodes that one exchange proves. */
function nodesNamedBy({via, path, answer}: Exchange): readonly string[] {
	const worker = findUpid(String(dataOf(answer)))?.node;
	const inPath = answer.reason.startsWith('hostname lookup') ? undefined : /^\/nodes\/([^/]+)\//.exec(path)?.[1];
	return [via, worker, inPath === 'localhost' ? undefined : inPath].filter((name) => name !== undefined);
}

function nodeOf(name: string, nodeid: number, rows: readonly Row[]): World['nodes'][string] {
	const own = rows.filter(({node, name: called}) => (node ?? called) === name);
	const figure = (key: string): unknown => own.find((row) => row[key] !== undefined)?.[key];
	return {
		...{nodeid, state: 'online', since: 0, bridges: ['vmbr0'], ssh: true},
		ip: String(figure('ip') ?? `192.0.2.${10 + nodeid}`),
		maxcpu: Number(figure('maxcpu') ?? 2),
		maxmem: Number(figure('maxmem') ?? 8 * 1024 ** 3),
	};
}
