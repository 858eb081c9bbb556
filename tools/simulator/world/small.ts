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

const node = 'pve';

/** One node with thin LVM, four templates, and guests of other people. */
export function smallWorld(version: PveVersion = '9.2'): World {
	const world: World = {
		name: 'small',
		pveVersion: version,
		nodes: {[node]: aNode(1, '192.0.2.11')},
		guests: {},
		storages: {
			local: localStorage(),
			'local-lvm': {
				...{
					type: 'lvmthin',
					shared: false,
					content: ['images', 'rootdir'],
					total: 500 * 1024 ** 3,
					used: 20 * 1024 ** 3,
				},
			},
		},
		volumes: {},
		pools: {
			[runnerPool]: {comment: 'runners', vms: [], storages: []},
			[templatePool]: {comment: 'templates of runners', vms: [9000, 9001, 9002, 9003], storages: []},
		},
		access: access(version, ['local'], ['local-lvm']),
		options: {},
		tasks: {},
	};
	addTemplate(world, 9000, 'ubuntu-24.04-runner', 10, {agent: '1', tags: 'base;template'});
	addTemplate(world, 9001, 'windows-2025-runner', 40, {
		...{agent: '1', tags: 'base;template', ostype: 'win11', machine: 'pc-q35-10.0', memory: '8192', cores: '4'},
	});
	addTemplate(world, 9002, 'debian-12-cloudinit', 8, {
		...{agent: '1', tags: 'template', protection: '1', onboot: '1', ciuser: 'debian', ipconfig0: 'ip=dhcp'},
		ide2: 'local-lvm:vm-9002-cloudinit,media=cdrom,size=4M',
		description: 'cloud image with a cloud-init drive of its own',
	});
	const cloudinit = aDisk('local-lvm:vm-9002-cloudinit', node, 9002, 1);
	world.volumes[`${node}/${cloudinit.volid}`] = {...cloudinit, size: 4 * 1024 ** 2, used: 4 * 1024 ** 2};
	addTemplate(world, 9003, 'ubuntu-24.04-arm64', 10, {agent: '1', tags: 'arm64;base;template', arch: 'aarch64'});
	put(world, aForeignVm(100, node, 'gitlab'));
	put(world, aForeignVm(101, node, 'database'));
	put(world, aVm(102, node, {name: 'windows-test', ostype: 'win11', boot: 'order=net0', tags: 'staff'}));
	put(world, aContainer(110, node, 'dns'));
	return world;
}

function addTemplate(
	world: World,
	vmid: number,
	name: string,
	sizeGiB: number,
	config: Readonly<Record<string, string>>,
): void {
	const volid = `local-lvm:base-${vmid}-disk-0`;
	const vm = aVm(vmid, node, {name, template: '1', scsi0: `${volid},size=${sizeGiB}G`, ...config});
	put(world, vm, aDisk(volid, node, vmid, sizeGiB));
}
