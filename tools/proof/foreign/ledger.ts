import {createHash} from 'node:crypto';
import type {Guest, World} from '../../simulator/world.ts';

/** Whose a VM provably is, read here on its own: the proof shares no line with what it judges. */
export interface Owner {
	readonly controller: string;
	readonly runner: string;
	readonly pool: string;
}

/** The owner that a VM's notes prove; absent for everything that is foreign. */
export function ownerOf({vmid, type, config}: Guest): Owner | undefined {
	const lines = (config.description ?? '').split('\n').filter((line) => line.startsWith('garm-mark: '));
	if (type !== 'qemu' || config.template === '1' || lines.length !== 1) return undefined;
	try {
		const mark = JSON.parse(lines[0]?.slice('garm-mark: '.length) ?? '') as Owner & {readonly vmid: number};
		return mark.vmid === vmid ? mark : undefined;
	} catch {
		return undefined;
	}
}

/** The VMs that provably are runners of `controller`. */
export function ownedBy(world: World, controller: string): readonly (Guest & {readonly owner: Owner})[] {
	return Object.values(world.guests).flatMap((guest) => {
		const owner = ownerOf(guest);
		return owner?.controller === controller ? [{...guest, owner}] : [];
	});
}

/**
 * Every thing on the cluster that is nothing of `controllers`, byte for byte: VMs, containers, disks, images. A VM that is
 * being cloned or destroyed is left out: it shows no owner then.
 */
export function foreignThings(world: World, controllers: readonly string[]): ReadonlyMap<string, string> {
	const unsettled = Object.values(world.guests).filter(({config}) => /^(?:clone|destroyed)$/.test(config.lock ?? ''));
	const owned = controllers.flatMap((controller) => ownedBy(world, controller));
	const own = new Set([...owned, ...unsettled].map(({vmid}) => vmid));
	const seeds = controllers.map(
		(controller) => `garm-seed-${createHash('sha256').update(controller).digest('hex').slice(0, 8)}-`,
	);
	const things = new Map<string, string>();
	for (const guest of Object.values(world.guests)) {
		if (!own.has(guest.vmid)) things.set(`VM ${guest.vmid}`, JSON.stringify(guest));
	}
	for (const [key, volume] of Object.entries(world.volumes)) {
		const isOwn = volume.vmid !== undefined && own.has(volume.vmid);
		if (!isOwn && !seeds.some((seed) => volume.volid.includes(seed))) things.set(key, JSON.stringify(volume));
	}
	return things;
}
