import type {Access, Guest, PveVersion, Volume, World, WorldNode, WorldStorage} from '../world.ts';
import {volumeKey} from '../world.ts';
import {runnerRole} from './roles.ts';

const gib = 1024 ** 3;
const templateCtime = 1_760_000_000;

/** The token a provider is meant to use: what it needs and nothing else. */
export const runnerToken = 'garm@pve!runner';
/** A token that may do everything a token can do. */
export const fullToken = 'root@pam!full';
/** What root@pam logs in with. */
export const rootPassword = 'simulator';
export const runnerPool = 'garm';
export const templatePool = 'garm-templates';

/** A node in good health. */
export function aNode(nodeid: number, ip: string): WorldNode {
	return {nodeid, ip, state: 'online', since: 0, maxcpu: 16, maxmem: 64 * gib, bridges: ['vmbr0', 'vmbr1'], ssh: true};
}

/** PVE's directory storage as it is after an installation, with ISO images and imports. */
export function localStorage(
	content: readonly string[] = ['iso', 'vztmpl', 'import', 'backup', 'snippets'],
): WorldStorage {
	return {type: 'dir', shared: false, content, path: '/var/lib/vz', total: 100 * gib, used: 10 * gib};
}

/** Users, tokens and ACLs: the least a provider needs on its pools and storages, and a full token. */
export function access(version: PveVersion, iso: readonly string[], images: readonly string[]): Access {
	const entry = (path: string, role: string) =>
		['garm@pve', runnerToken].map((who) => ({path, who, role, propagate: true}));
	return {
		users: {'root@pam': {enabled: true, password: rootPassword}, 'garm@pve': {enabled: true}},
		tokens: {[runnerToken]: {privsep: true, secret: ''}, [fullToken]: {privsep: false, secret: ''}},
		roles: {
			GarmRunner: runnerRole(version),
			GarmTemplate: ['VM.Audit', 'VM.Clone', 'Pool.Audit'],
			GarmDisks: ['Datastore.AllocateSpace', 'Datastore.Audit'],
			// Deleting an uploaded ISO needs the storage's admin privilege. FACTS section 10.
			GarmSeeds: ['Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.AllocateTemplate', 'Datastore.Audit'],
			GarmNetwork: ['SDN.Use'],
		},
		acl: [
			...entry(`/pool/${runnerPool}`, 'GarmRunner'),
			...entry(`/pool/${templatePool}`, 'GarmTemplate'),
			...images.filter((name) => !iso.includes(name)).flatMap((name) => entry(`/storage/${name}`, 'GarmDisks')),
			...iso.flatMap((name) => entry(`/storage/${name}`, 'GarmSeeds')),
			...entry('/sdn/zones/localnetwork', 'GarmNetwork'),
		],
	};
}

const uuidOf = (vmid: number, group: string): string => `${vmid.toString(16).padStart(8, '0')}-0000-4000-8000-${group}`;
const macOf = (vmid: number): string => {
	const hex = vmid.toString(16).padStart(6, '0').slice(-6).toUpperCase();
	return `BC:24:11:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
};

/** A stopped VM with one network device. */
export function aVm(vmid: number, node: string, config: Readonly<Record<string, string>>): Guest {
	return {
		vmid,
		type: 'qemu',
		node,
		config: {
			boot: 'order=scsi0',
			cores: '2',
			memory: '2048',
			meta: `creation-qemu=10.0.2,ctime=${templateCtime}`,
			net0: `virtio=${macOf(vmid)},bridge=vmbr0`,
			ostype: 'l26',
			scsihw: 'virtio-scsi-single',
			smbios1: `uuid=${uuidOf(vmid, '00000000000a')}`,
			vmgenid: uuidOf(vmid, '00000000000b'),
			...config,
		},
		pending: {},
		power: 'stopped',
		startedAt: 0,
		stoppedAt: 0,
		pid: 0,
	};
}

/** A disk volume of a VM, of so many GiB. */
export function aDisk(volid: string, node: string | null, vmid: number, sizeGiB: number): Volume {
	const [storage = '', name = ''] = volid.split(':');
	return {
		...{volid, storage, node, content: 'images', size: sizeGiB * gib, used: Math.floor((sizeGiB * gib) / 10), vmid},
		...{format: name.endsWith('.qcow2') ? 'qcow2' : 'raw', ctime: templateCtime, parent: null},
	};
}

/** Adds a guest and its volumes to a world. */
export function put(world: World, guest: Guest, ...volumes: readonly Volume[]): void {
	world.guests[guest.vmid] = guest;
	for (const volume of volumes) world.volumes[volumeKey(volume.volid, volume.node)] = volume;
}

/** A guest of somebody else, running. */
export function aForeignVm(vmid: number, node: string, name: string): Guest {
	return {...aVm(vmid, node, {name, boot: 'order=net0', agent: '0'}), power: 'running', startedAt: 1, pid: 1000 + vmid};
}

/** A running container: its VMID is taken too. */
export function aContainer(vmid: number, node: string, hostname: string): Guest {
	const config = {hostname, ostype: 'debian', memory: '512', cores: '1', rootfs: `local:subvol-${vmid}-disk-0,size=4G`};
	return {...aVm(vmid, node, {}), type: 'lxc', config, power: 'running', startedAt: 1, pid: 1000 + vmid};
}
