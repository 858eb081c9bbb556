import {forgetAccess, holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import {awaitCfsLock} from '../pmxcfs.ts';
import {die, Refusal, texts} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import type {World} from '../world.ts';

/** GET /storage: those the caller may see. pve-storage API2/Storage/Config.pm index. */
export function listStorageConfigs({dc: {world}, caller}: Call): unknown {
	const privileges = ['Datastore.Audit', 'Datastore.AllocateSpace'];
	return Object.keys(world.storages)
		.filter((name) => holdsAny(world, caller, `/storage/${name}`, privileges))
		.map((name) => configOf(world, name));
}

/** GET /storage/S. Config.pm read. */
export const getStorageConfig = ({dc, parameters}: Call): unknown => configOf(dc.world, parameters.storage ?? '');

const gib = 1024 ** 3;

/** POST /storage: a directory, which lies on every node or on those named. Config.pm create. */
export async function createStorage({dc, node, parameters}: Call): Promise<unknown> {
	const {world} = dc;
	const {storage = '', type = '', path, content, nodes, shared} = parameters;
	if (path === undefined) throw die("missing value for required option 'path'");
	await underStorageConfig(dc, node, 'create storage', () => {
		if (world.storages[storage] !== undefined) throw die(`storage ID '${storage}' already defined`);
		world.storages[storage] = {
			type: 'dir',
			shared: shared === '1',
			content: splitList(content ?? 'images,rootdir,vztmpl,iso,backup,snippets'),
			path,
			total: 100 * gib,
			used: 10 * gib,
			...(nodes === undefined ? {} : {nodes: splitList(nodes)}),
		};
	});
	return {storage, type};
}

/** DELETE /storage/S: the definition and the rights on it; files stay. Config.pm delete. */
export async function deleteStorage({dc, node, parameters}: Call): Promise<null> {
	const {world} = dc;
	const {storage = ''} = parameters;
	await underStorageConfig(dc, node, 'delete storage', () => {
		if (world.storages[storage] === undefined) throw texts.noStorage(storage);
		delete world.storages[storage];
	});
	forgetAccess(world, ({path}) => path === `/storage/${storage}`);
	for (const pool of Object.values(world.pools)) {
		const at = pool.storages.indexOf(storage);
		if (at >= 0) pool.storages.splice(at, 1);
	}
	return null;
}

async function underStorageConfig(dc: Call['dc'], node: string, what: string, change: () => void): Promise<void> {
	try {
		await awaitCfsLock(dc, node, 'file-storage_cfg');
		change();
	} catch (error) {
		throw error instanceof Refusal ? die(`${what} failed: ${error.message}`) : error;
	}
}

function configOf({storages}: World, name: string): unknown {
	const found = storages[name];
	if (found === undefined) throw texts.noStorage(name);
	const {type, content, path, nodes, shared} = found;
	return {
		storage: name,
		type,
		content: content.join(','),
		digest: '81f99e3175381276a7d87396f233f65f35313fc4',
		...(path === undefined ? {} : {path}),
		...(nodes === undefined ? {} : {nodes: nodes.join(',')}),
		...(shared ? {shared: 1} : {}),
	};
}
