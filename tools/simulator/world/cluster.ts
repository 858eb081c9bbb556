import type {PveVersion, World} from '../world.ts';
import {
	aContainer,
	access,
	aDisk,
	aForeignVm,
	aNode,
	aVm,
	localStorage,
	put,
	runnerPool,
	templatePool,
} from './build.ts';

const nodes = ['n1', 'n2', 'n3'] as const;

/** Three nodes with a shared storage; one template for all on it, and one with a replica on each node's own storage. */
export function clusterWorld(version: PveVersion = '8.4'): World {
	const world: World = {
		name: 'cluster',
		pveVersion: version,
		clusterName: 'pvec',
		nodes: Object.fromEntries(nodes.map((name, index) => [name, aNode(index + 1, `192.0.2.${11 + index}`)])),
		guests: {},
		storages: {
			local: localStorage(['images', 'iso', 'vztmpl', 'import', 'snippets']),
			shared: {
				...{type: 'nfs', shared: true, content: ['images', 'iso', 'import', 'snippets'], path: '/mnt/pve/shared'},
				...{total: 1000 * 1024 ** 3, used: 50 * 1024 ** 3},
			},
		},
		volumes: {},
		pools: {
			[runnerPool]: {comment: 'runners', vms: [], storages: []},
			[templatePool]: {comment: 'templates of runners', vms: [9000, 9001, 9101, 9102, 9103], storages: []},
		},
		access: access(version, ['shared', 'local'], ['shared', 'local']),
		options: {},
		tasks: {},
	};
	addTemplate(world, 9000, 'n1', 'shared', 'ubuntu-24.04-runner', 10, {});
	addTemplate(world, 9001, 'n2', 'shared', 'windows-2025-runner', 40, {
		...{ostype: 'win11', machine: 'pc-q35-10.0', memory: '8192', cores: '4'},
	});
	for (const [index, name] of nodes.entries()) {
		addTemplate(world, 9101 + index, name, 'local', 'debian-12-runner', 8, {});
		put(world, aForeignVm(101 + index, name, `app-${name}`));
	}
	put(world, aContainer(110, 'n2', 'dns'));
	return world;
}

function addTemplate(
	world: World,
	vmid: number,
	node: string,
	storage: string,
	name: string,
	sizeGiB: number,
	config: Readonly<Record<string, string>>,
): void {
	const volid = `${storage}:${vmid}/base-${vmid}-disk-0.qcow2`;
	const own = {name, template: '1', agent: '1', tags: 'base;template', scsi0: `${volid},size=${sizeGiB}G`};
	const vm = aVm(vmid, node, {...own, ...config});
	put(world, vm, aDisk(volid, storage === 'shared' ? null : node, vmid, sizeGiB));
}
