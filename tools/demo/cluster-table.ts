import type {World} from '../simulator/world.ts';
import {drawTable} from './table.ts';

/** What is on the cluster: its runners and their seeds, and the rest in a line. */
export function drawCluster(world: World): string {
	const vms = Object.values(world.guests);
	const templates = vms.filter(({config}) => config.template === '1');
	const runners = vms.filter(({config}) => config.tags?.includes('garm-'));
	const rows = runners.map(({vmid, node, power, config}) => [
		`${vmid} ${config.name ?? '(no name yet)'}`,
		node,
		power,
		(config.tags ?? '').split(';').map(shorten).join(' '),
	]);
	const others = vms.length - templates.length - runners.length;
	const seeds = seedsOf(world);
	const count = `${runners.length} ${runners.length === 1 ? 'runner' : 'runners'}`;
	return [
		`    cluster     ${templates.length} templates, ${others} machines of other people, ${count}`,
		...(rows.length === 0 ? [] : [drawTable(['VM', 'NODE', 'STATUS', 'TAGS'], rows)]),
		...(seeds.length === 0 ? ['      seeds: none'] : seeds.map((seed) => `      seed ${seed}`)),
	].join('\n');
}

function shorten(tag: string): string {
	return tag.replace(/([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '$1…');
}

/** The volume ids of all seeds. */
export function seedsOf(world: World): readonly string[] {
	return Object.values(world.volumes).flatMap(({volid}) => (volid.includes('iso/garm-seed-') ? [volid] : []));
}
