import {aDisk, aForeignVm, aVm, fullToken, put, runnerPool} from '../simulator/world/build.ts';
import {clusterWorld} from '../simulator/world/cluster.ts';
import {smallWorld} from '../simulator/world/small.ts';
import type {World} from '../simulator/world.ts';
import type {Order} from './ask.ts';

/** A cluster, what is asked of it, and what the provider's config says. */
export interface Shape {
	readonly name: string;
	world(): World;
	readonly order: Omit<Order, 'name'>;
	readonly fullClone?: true;
	/** The provider uses a token that sees everything, not the one that is bound to its pool. */
	readonly fullToken?: true;
}

const ubuntu = {os: 'linux', image: 'ubuntu-24.04-runner', flavor: '2c-4g-20g'} as const;
const windows = {os: 'windows', image: 'windows-2025-runner', flavor: '4c-8g-50g'} as const;
const debian = {os: 'linux', image: 'debian-12-cloudinit', flavor: '2c-4g'} as const;

/** Linux and Windows, linked and full, one disk and several; a shared template, one on each node, and a token that sees all. */
export const shapes: readonly Shape[] = [
	{name: 'linux-linked-1', world: small, order: ubuntu},
	{name: 'linux-linked-3', world: withMoreDisks, order: debian},
	{name: 'linux-full-1', world: small, order: ubuntu, fullClone: true},
	{name: 'linux-full-3', world: withMoreDisks, order: debian, fullClone: true},
	{name: 'windows-linked-1', world: small, order: windows},
	{name: 'windows-linked-3', world: withMoreDisks, order: windows},
	{name: 'windows-full-1', world: small, order: windows, fullClone: true},
	{name: 'windows-full-3', world: withMoreDisks, order: windows, fullClone: true},
	{name: 'cluster-shared', world: cluster, order: ubuntu},
	{name: 'cluster-local', world: cluster, order: {...ubuntu, image: 'debian-12-runner'}},
	{name: 'pve8-linked-1', world: () => withNeighbours(smallWorld('8.4')), order: ubuntu},
	{name: 'sees-all', world: withMoreDisks, order: debian, fullToken: true},
];

function small(): World {
	return withNeighbours(smallWorld());
}

function cluster(): World {
	return withNeighbours(clusterWorld());
}

/** The Windows template gets an EFI disk and a TPM, the one with a cloud-init drive a second disk. */
function withMoreDisks(): World {
	const world = small();
	const efi = aDisk('local-lvm:base-9001-disk-1', 'pve', 9001, 1);
	const tpm = aDisk('local-lvm:base-9001-disk-2', 'pve', 9001, 1);
	const data = aDisk('local-lvm:base-9002-disk-1', 'pve', 9002, 2);
	extend(world, 9001, {efidisk0: `${efi.volid},size=1G`, tpmstate0: `${tpm.volid},size=1G,version=v2.0`}, efi, tpm);
	extend(world, 9002, {scsi1: `${data.volid},size=2G`}, data);
	return world;
}

function extend(
	world: World,
	vmid: number,
	config: Readonly<Record<string, string>>,
	...volumes: readonly ReturnType<typeof aDisk>[]
): void {
	const guest = world.guests[vmid];
	if (guest === undefined) throw new TypeError(`no VM ${vmid} in this world`);
	put(world, {...guest, config: {...guest.config, ...config}}, ...volumes);
}

/** Another GARM's runner and a person's VM in the same resource pool: near enough to be hurt by mistake. */
function withNeighbours(world: World): World {
	const [node = 'pve'] = Object.keys(world.nodes);
	const mark = `{"v":1,"controller":"${otherController}","pool":"p","runner":"garm-neighbour","vmid":200100,"created":"2026-01-01T00:00:00.000Z"}`;
	put(world, {
		...aForeignVm(200_100, node, 'garm-neighbour'),
		config: {
			name: 'garm-neighbour',
			description: `CI runner made by GARM.\n\ngarm-mark: ${mark}`,
			tags: `garm-controller-${otherController};garm-name-garm-neighbour;garm-pool-p`,
			ide2: 'local:iso/garm-seed-0ther000-0123456789abcdef-0123456789ab.iso,media=cdrom,size=366K',
		},
	});
	put(world, aVm(200_200, node, {name: 'by-hand', tags: 'staff'}));
	world.pools[runnerPool]?.vms.push(200_100, 200_200);
	const seed = aDisk('local:iso/garm-seed-0ther000-0123456789abcdef-0123456789ab.iso', node, 0, 1);
	const {vmid: _none, parent: _never, ...file} = seed;
	put(world, aVm(200_201, node, {name: 'by-hand-too'}), {...file, content: 'iso', format: 'iso', size: 374_784});
	return world;
}

const otherController = '11111111-2222-4333-8444-555555555555';
export const allSeeingToken = fullToken;
