import {aDisk, aForeignVm, aVm, put} from '../../simulator/world/build.ts';
import type {Guest, World} from '../../simulator/world.ts';
import {ownerOf} from './ledger.ts';

/** Chance with a seed: a fraction from 0 to below 1. */
export type Chance = () => number;

/** One of `items`; absent where there is none. */
export function pick<Item>(items: readonly Item[], chance: Chance): Item | undefined {
	return items[Math.floor(chance() * items.length)];
}

type Act = (world: World, chance: Chance, names: readonly string[]) => void;

// What people do on a cluster beside GARM, and what only looks like a runner.
const acts: readonly Act[] = [
	function renames(world, chance, names) {
		changeRunner(world, chance, names, ({config}) => ({...config, name: `renamed-${Math.floor(chance() * 1e6)}`}));
	},
	function rewritesNotes(world, chance, names) {
		changeRunner(world, chance, names, ({config}) => ({...config, description: 'do not delete, ask Ann'}));
	},
	function addsToNotes(world, chance, names) {
		changeRunner(world, chance, names, ({config}) => ({...config, description: `my notes\n${config.description}`}));
	},
	function forgesSecondMark(world, chance, names) {
		changeRunner(world, chance, names, ({config}) => ({
			...config,
			description: `${config.description}\n${config.description}`,
		}));
	},
	function protects(world, chance, names) {
		changeRunner(world, chance, names, ({config}) => ({...config, protection: '1'}));
	},
	function unprotects(world) {
		for (const guest of Object.values(world.guests).filter(isMarked)) delete guest.config.protection;
	},
	function removesTags(world, chance, names) {
		changeRunner(world, chance, names, ({config: {tags: _tags, ...config}}) => config);
	},
	function clonesByHand(world, chance, names) {
		const source = pickRunner(world, chance, names);
		const vmid = freeVmid(world, chance);
		if (source !== undefined) addVm(world, {...structuredClone(source), vmid});
	},
	function usesVmidAgain(world, chance, names) {
		const old = pickRunner(world, chance, names);
		if (old === undefined) return;
		removeVolumes(world, old.vmid);
		const newcomer = chance() < 0.5 ? aForeignVm(old.vmid, old.node, 'new') : aVm(old.vmid, old.node, {name: 'new'});
		addVm(world, newcomer);
	},
	function takesRunnersName(world, chance, names) {
		addVm(world, aForeignVm(freeVmid(world, chance), 'pve', pick(names, chance) ?? 'x'));
	},
	function tagsAsRunner(world, chance, names) {
		const tags = pickRunner(world, chance, names)?.config.tags;
		if (tags !== undefined) addVm(world, aVm(freeVmid(world, chance), 'pve', {name: 'tagged-by-hand', tags}));
	},
	function makesTemplateWithTags(world, chance, names) {
		const source = pickRunner(world, chance, names);
		if (source === undefined) return;
		const config = {...source.config, template: '1', name: 'template-of-a-runner'};
		addVm(world, aVm(freeVmid(world, chance), 'pve', config));
	},
	removeStranger,
];

/** One thing that a person does, most often to a runner of one of `names`, or to a VM that looks like one. */
export function actAsPerson(world: World, chance: Chance, names: readonly string[]): void {
	const crowded = Object.values(world.guests).filter(isStranger).length > crowd;
	(crowded ? removeStranger : pick(acts, chance))?.(world, chance, names);
}

// Strangers beyond this number only make the walk slow.
const crowd = 8;
const firstOwnVmid = 200;

function isMarked(guest: Guest): boolean {
	return ownerOf(guest) !== undefined;
}

/** Whether people of this walk have made it: not a guest of the world's beginning, and no runner. */
function isStranger(guest: Guest): boolean {
	const isFirst = guest.vmid < firstOwnVmid || (guest.vmid >= 9000 && guest.vmid <= 9003);
	return !isFirst && !isMarked(guest) && guest.config.lock === undefined;
}

function removeStranger(world: World, chance: Chance): void {
	const stranger = pick(Object.values(world.guests).filter(isStranger), chance);
	if (stranger === undefined) return;
	delete world.guests[stranger.vmid];
	removeVolumes(world, stranger.vmid);
}

function removeVolumes(world: World, vmid: number): void {
	for (const [key, volume] of Object.entries(world.volumes)) if (volume.vmid === vmid) delete world.volumes[key];
}

function changeRunner(
	world: World,
	chance: Chance,
	names: readonly string[],
	configOf: (guest: Guest) => Record<string, string>,
): void {
	const guest = pickRunner(world, chance, names);
	if (guest !== undefined) guest.config = configOf(guest);
}

/** A whole runner, of one of `names` where there is one. */
function pickRunner(world: World, chance: Chance, names: readonly string[]): Guest | undefined {
	const runners = Object.values(world.guests).filter((guest) => isMarked(guest) && guest.config.lock === undefined);
	const named = runners.filter((guest) => names.includes(ownerOf(guest)?.runner ?? ''));
	return pick(named.length > 0 ? named : runners, chance);
}

function freeVmid(world: World, chance: Chance): number {
	for (;;) {
		const vmid = firstOwnVmid + Math.floor(chance() * 8000);
		if (world.guests[vmid] === undefined) return vmid;
	}
}

/** A stranger with a disk of its own, in the pool that the token may use: nothing but care keeps us from it. */
function addVm(world: World, guest: Guest): void {
	const disk = aDisk(`local-lvm:vm-${guest.vmid}-disk-0`, guest.node, guest.vmid, 4);
	const {scsi1: _old, ...config} = guest.config;
	put(world, {...guest, config: {...config, scsi0: `${disk.volid},size=4G`}}, disk);
	const pool = world.pools.garm;
	if (pool !== undefined && !pool.vms.includes(guest.vmid)) pool.vms.push(guest.vmid);
}
