import {createHash} from 'node:crypto';
import {holdsAll, holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import {isNoticedGone, isQuorate} from '../pmxcfs.ts';
import {badParameters, die} from '../refusal.ts';
import type {World} from '../world.ts';
import {nodeRow, seen} from './resources.ts';
import {allowedTags} from './tags.ts';

const versions = {
	'8.4': {version: '8.4.21', release: '8.4', repoid: 'scratch0000'},
	'9.2': {version: '9.2.11', release: '9.2', repoid: 'scratch0000'},
} as const;

/** GET /version: needs no privilege. */
export const version = ({dc}: Call): unknown => versions[dc.world.pveVersion];

/** GET /nodes. API2/Nodes.pm index: with the nodes' certificate fingerprints, without `hastate`. */
export function listNodes({dc, entry, caller}: Call): unknown {
	return Object.keys(dc.world.nodes).map((node) => {
		const {'cgroup-mode': _mode, hastate: _ha, ...row} = seen(dc, caller, nodeRow(dc, node, entry));
		const digest = createHash('sha256').update(`certificate of ${node}`).digest('hex').toUpperCase();
		return {...row, ssl_fingerprint: digest.match(/../g)?.join(':') ?? ''};
	});
}

/** GET /nodes/N/status. API2/Nodes.pm status, as far as callers read it. */
export function nodeStatus({dc, node}: Call): unknown {
	const {maxcpu = 2, maxmem = 0} = dc.world.nodes[node] ?? {};
	const {release, repoid, version: full} = versions[dc.world.pveVersion];
	const kernel = {sysname: 'Linux', machine: 'x86_64', release: `${release === '8.4' ? '6.8' : '6.17'}-pve`};
	return {
		pveversion: `pve-manager/${full}/${repoid}`,
		kversion: `Linux ${kernel.release}`,
		'current-kernel': {...kernel, version: '#1 SMP PREEMPT_DYNAMIC'},
		uptime: 86_400,
		cpu: 0.02,
		wait: 0,
		idle: 0,
		loadavg: ['0.20', '0.10', '0.05'],
		memory: {total: maxmem, used: Math.floor(maxmem / 8), free: maxmem - Math.floor(maxmem / 8)},
		swap: {total: 0, used: 0, free: 0},
		rootfs: {total: 100 * 1024 ** 3, used: 25 * 1024 ** 3, free: 75 * 1024 ** 3, avail: 75 * 1024 ** 3},
		cpuinfo: {
			...{cpus: maxcpu, cores: maxcpu, sockets: 1, model: 'simulated'},
			...{mhz: '2300.000', flags: 'fpu sse2 lm aes', hvm: '1', user_hz: 100},
		},
		ksm: {shared: 0},
		'boot-info': {mode: 'legacy-bios'},
	};
}

/** GET /nodes/N/network: bridges and VNets, as far as the caller may see them. API2/Network.pm index, SDN.pm get_local_vnets. */
export function network({dc: {world}, node, caller, parameters}: Call): unknown {
	const {type} = parameters;
	const bridges = world.nodes[node]?.bridges ?? [];
	const isListed = type === undefined || ['bridge', 'any_bridge', 'any_local_bridge', 'include_sdn'].includes(type);
	const withVnets = type !== undefined && ['any_bridge', 'include_sdn', 'vnet'].includes(type);
	return [
		...(isListed ? bridges : [])
			.filter((iface) => seesBridge(world, caller, 'localnetwork', iface))
			.map((iface) => ({iface, type: 'bridge', active: 1, autostart: 1, method: 'manual', method6: 'manual'})),
		...(withVnets ? Object.entries(world.vnets ?? {}) : [])
			.filter(([vnet, zone]) => seesBridge(world, caller, zone, vnet))
			.map(([iface]) => ({iface, type: 'vnet', active: '1'})),
	];
}

/** Whether the caller holds anything on the bridge or on one of its VLANs. RPCEnvironment.pm check_sdn_bridge. */
function seesBridge(world: World, caller: Call['caller'], zone: string, bridge: string): boolean {
	const path = `/sdn/zones/${zone}/${bridge}`;
	const vlans = world.access.acl.map((entry) => entry.path).filter((each) => each.startsWith(`${path}/`));
	return [path, ...vlans].some((each) => holdsAny(world, caller, each, ['SDN.Audit', 'SDN.Use']));
}

/** GET /cluster/status: as the node asked sees its neighbours. API2/Cluster.pm get_status. */
export function clusterStatus({dc, entry}: Call): unknown {
	const {world} = dc;
	const names = Object.keys(world.nodes);
	// A node whose own corosync is gone goes on claiming what it last knew. CLUSTER section 6.
	const blind = world.nodes[entry]?.state === 'no-quorum';
	const rows = names.map((name) => ({
		type: 'node',
		id: `node/${name}`,
		name,
		nodeid: world.clusterName === undefined ? 0 : (world.nodes[name]?.nodeid ?? 0),
		ip: world.nodes[name]?.ip ?? '',
		online: blind || !isNoticedGone(dc, name) ? 1 : 0,
		local: name === entry ? 1 : 0,
		level: '',
	}));
	if (world.clusterName === undefined) return rows;
	const quorate = blind || isQuorate(world, entry) ? 1 : 0;
	return [
		{type: 'cluster', id: 'cluster', name: world.clusterName, nodes: names.length, version: names.length, quorate},
		...rows,
	];
}

/** GET /cluster/nextid: the lowest free id, not a reservation; with `vmid` whether that one is free. API2/Cluster.pm nextid. */
export function nextid({dc, parameters}: Call): string {
	const {vmid} = parameters;
	if (vmid !== undefined) {
		if (dc.world.guests[Number(vmid)] !== undefined) throw badParameters({vmid: `VM ${vmid} already exists`});
		return vmid;
	}
	const range = Object.fromEntries((dc.world.options['next-id'] ?? '').split(',').map((part) => part.split('=')));
	const lower = Number(range.lower ?? 100);
	const upper = Number(range.upper ?? 1_000_000);
	for (let id = lower; id < upper; id++) if (dc.world.guests[id] === undefined) return String(id);
	throw die(`unable to get any free VMID in range [${lower}, ${upper}]`);
}

const listOptions = new Set(['registered-tags']);
const objectOptions = new Set(['tag-style', 'user-tag-access', 'next-id', 'migration', 'ha', 'crs', 'bwlimit']);

/** GET /cluster/options: property strings as objects; without Sys.Audit only what concerns tags. API2/Cluster.pm get_options. */
export function options(call: Call): unknown {
	const {dc, caller} = call;
	const all: Record<string, unknown> = {'allowed-tags': allowedTags(call)};
	const audit = holdsAll(dc.world, caller, '/', ['Sys.Audit']);
	if (audit) Object.assign(all, {mac_prefix: 'BC:24:11', description: ''});
	for (const [key, value] of Object.entries(dc.world.options)) {
		if (!audit && !['registered-tags', 'tag-style', 'user-tag-access'].includes(key)) continue;
		all[key] = listOptions.has(key) ? value.split(/[;,]/).sort() : objectOptions.has(key) ? parsed(value) : value;
	}
	return all;
}

function parsed(value: string): unknown {
	const pairs = value.split(',').map((part) => part.split('='));
	return Object.fromEntries(
		pairs.map(([key, text = '']) => {
			if (key === 'user-allow-list') return [key, text.split(';')];
			return [key, key === 'case-sensitive' ? Number(text) : text];
		}),
	);
}

/** PUT /cluster/options: sets and deletes as given. API2/Cluster.pm set_options. */
export function putOptions({dc, parameters}: Call): null {
	for (const [key, value] of Object.entries(parameters)) if (key !== 'delete') dc.world.options[key] = value;
	for (const key of (parameters.delete ?? '').split(/[,;]/)) delete dc.world.options[key];
	return null;
}
