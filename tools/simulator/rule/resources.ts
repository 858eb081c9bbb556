import {holdsAll, holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {isOnNode, usedOn} from '../figures.ts';
import {isNoticedGone} from '../pmxcfs.ts';
import type {Guest} from '../world.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** GET /cluster/resources: answered by the node asked, from what it was last told. pve-manager API2/Cluster.pm resources. */
export function resources(call: Call): unknown {
	const {dc, entry, caller, parameters} = call;
	const {type} = parameters;
	const rows = (dc.frozenResources as readonly Row[] | undefined) ?? allRows(dc, entry);
	return rows.filter((row) => isAsked(row, type) && isVisible(dc, caller, row)).map((row) => seen(dc, caller, row));
}

const kinds: Readonly<Record<string, readonly string[]>> = {
	vm: ['qemu', 'lxc'],
	storage: ['storage'],
	node: ['node'],
	sdn: ['sdn', 'network'],
};

const isAsked = (row: Row, type: string | undefined): boolean =>
	type === undefined || (kinds[type] ?? []).includes(String(row.type));

/** Every row, as the highest privileges see it. */
export function allRows(dc: Datacenter, entry: string): readonly Row[] {
	const {world} = dc;
	const nodes = Object.keys(world.nodes);
	return [
		...Object.keys(world.pools).map((pool) => ({id: `/pool/${pool}`, pool, type: 'pool'})),
		...Object.values(world.guests).map((guest) => guestRow(dc, guest)),
		...nodes.map((node) => nodeRow(dc, node, entry)),
		...nodes.flatMap((node) =>
			Object.entries(world.storages)
				.filter(([, storage]) => isOnNode(storage, node))
				.map(([name]) => storageRow(dc, node, name)),
		),
		...nodes.map((node) => ({id: `sdn/${node}/localnetwork`, node, sdn: 'localnetwork', status: 'ok', type: 'sdn'})),
	];
}

/** A guest: tags, lock, pool and node live, everything else up to ten seconds old. API2Tools.pm extract_vm_stats. */
export function guestRow(dc: Datacenter, guest: Guest): Row {
	const {world} = dc;
	const pool = Object.keys(world.pools).find((name) => world.pools[name]?.vms.includes(guest.vmid));
	const {tags, lock} = guest.config;
	return {
		id: `${guest.type}/${guest.vmid}`,
		vmid: guest.vmid,
		node: guest.node,
		type: guest.type,
		status: 'unknown',
		...dc.broadcast.of(guest.vmid),
		...(tags === undefined ? {} : {tags}),
		...(lock === undefined ? {} : {lock}),
		...(pool === undefined ? {} : {pool}),
		...(guest.ha === undefined ? {} : {hastate: guest.ha}),
	};
}

const rootDisk = 100 * 1024 ** 3;

/** A node as resources and /nodes show it. API2Tools.pm extract_node_stats. */
export function nodeRow(dc: Datacenter, node: string, entry: string): Row {
	const found = dc.world.nodes[node];
	// A node whose own corosync is gone goes on claiming what it last knew. CLUSTER section 6.
	const gone = dc.world.nodes[entry]?.state !== 'no-quorum' && isNoticedGone(dc, node);
	const fresh = dc.broadcast.isFresh(node);
	const row: Row = {
		id: `node/${node}`,
		node,
		type: 'node',
		status: gone ? 'offline' : fresh ? 'online' : 'unknown',
		'cgroup-mode': 1,
		...(fresh ? {level: ''} : {}),
		...(found?.hastate === undefined ? {} : {hastate: found.hastate}),
	};
	if (!fresh || found === undefined) return row;
	const {maxcpu, maxmem} = found;
	if (gone) return {...row, maxcpu, maxmem, maxdisk: rootDisk};
	const guests = Object.values(dc.world.guests).filter((guest) => guest.node === node && guest.power !== 'stopped');
	return {
		...row,
		...{maxcpu, maxmem, maxdisk: rootDisk},
		cpu: Math.min(0.9, 0.02 + guests.length * 0.01),
		mem: Math.min(maxmem, 2 * 1024 ** 3 + guests.length * 512 * 1024 ** 2),
		disk: rootDisk / 4,
		uptime: 86_400,
	};
}

/** A storage on a node; it stays `available` for five minutes after its node died. API2Tools.pm extract_storage_stats. */
export function storageRow(dc: Datacenter, node: string, name: string): Row {
	const storage = dc.world.storages[name];
	if (storage === undefined)
		return {id: `storage/${node}/${name}`, type: 'storage', node, storage: name, status: 'unknown'};
	return {
		id: `storage/${node}/${name}`,
		type: 'storage',
		node,
		storage: name,
		shared: storage.shared ? 1 : 0,
		content: storage.content.join(','),
		plugintype: storage.type,
		...(dc.broadcast.isFresh(node)
			? {status: 'available', disk: usedOn(dc.world, name, storage, node), maxdisk: storage.total}
			: {status: 'unknown'}),
	};
}

function isVisible({world}: Datacenter, caller: Call['caller'], row: Row): boolean {
	switch (row.type) {
		case 'pool':
			return holdsAny(world, caller, `/pool/${row.pool}`, ['Pool.Audit']);
		case 'qemu':
		case 'lxc':
			return holdsAll(world, caller, `/vms/${row.vmid}`, ['VM.Audit']);
		case 'storage':
			return holdsAny(world, caller, `/storage/${row.storage}`, ['Datastore.Audit']);
		case 'sdn':
			return holdsAny(world, caller, `/sdn/zones/${row.sdn}`, ['SDN.Audit', 'SDN.Allocate', 'SDN.Use']);
		default:
			return true;
	}
}

const figures = ['cpu', 'maxcpu', 'mem', 'maxmem', 'disk', 'maxdisk', 'uptime'];

/** Without Sys.Audit a node shows its name and status only. */
export function seen({world}: Datacenter, caller: Call['caller'], row: Row): Row {
	if (row.type !== 'node' || holdsAll(world, caller, `/nodes/${row.node}`, ['Sys.Audit'])) return row;
	return Object.fromEntries(Object.entries(row).filter(([key]) => !figures.includes(key)));
}
