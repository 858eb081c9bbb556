import type {World} from '../simulator/world.ts';
import {drawTable} from './table.ts';

/** What is on the cluster: its VMs, and the seeds on its storages. */
export function drawCluster(world: World): string {
	const vms = Object.values(world.guests).filter(({type}) => type === 'qemu');
	const rows = vms.map(({vmid, node, power, config}) => [
		String(vmid),
		config.name ?? '(no name yet)',
		node,
		config.template === '1' ? 'template' : power,
		config.tags ?? '',
	]);
	const seeds = seedsOf(world);
	return [
		'    on the cluster',
		drawTable(['VM', 'NAME', 'NODE', 'STATUS', 'TAGS'], rows),
		`      seeds: ${seeds.length === 0 ? 'none' : seeds.join(', ')}`,
	].join('\n');
}

/** The volume ids of all seeds. */
export function seedsOf(world: World): readonly string[] {
	return Object.values(world.volumes).flatMap(({volid}) => (volid.includes('iso/garm-seed-') ? [volid] : []));
}
