import type {DesiredRunner} from './desired.ts';
import {type Drive, drivesOf, fileOf} from './drive.ts';
import {tagsOf} from './mark.ts';
import {seedPrefix} from './names.ts';
import {netChange} from './network.ts';
import type {VmConfig} from './observed.ts';

/** What one config call has to change. */
export interface ConfigChange {
	readonly set: Readonly<Record<string, string | number>>;
	readonly remove: readonly string[];
}

/**
 * What differs between a VM's config and the desired one; PVE spells values in its own way, and equal ones are equal.
 * Absent when nothing differs. `seedVolumeId` is the seed as it lies on the storage.
 */
export function configChange(
	desired: DesiredRunner,
	config: VmConfig,
	seedVolumeId: string,
	withTags: boolean,
): ConfigChange | undefined {
	const seed = seedChange(desired, config, seedVolumeId);
	const set = {
		...(withTags ? tagsChange(desired, config) : {}),
		...machineChange(desired, config),
		...networkChange(desired, config),
		// PVE starts VMs with `onboot` and refuses to destroy those with `protection`; a template may carry both.
		...(config.onboot === '0' ? {} : {onboot: 0}),
		...(config.protection === '0' ? {} : {protection: 0}),
		...seed.set,
	};
	if (Object.keys(set).length === 0 && seed.remove.length === 0) return undefined;
	return {set, remove: seed.remove};
}

function tagsChange(desired: DesiredRunner, config: VmConfig): Readonly<Record<string, string>> {
	const wanted = tagsOf({controller: desired.controller, pool: desired.pool, runner: desired.name}).join(';');
	const current = (config.tags ?? '').split(/[;, ]+/).sort();
	return current.join(';') === wanted ? {} : {tags: wanted};
}

function machineChange({machine}: DesiredRunner, config: VmConfig): Readonly<Record<string, string | number>> {
	const {cores, sockets, memoryMiB, cpu} = machine;
	const set: Record<string, string | number> = {};
	if (cores !== undefined && config.cores !== String(cores)) set.cores = cores;
	if (sockets !== undefined && config.sockets !== String(sockets)) set.sockets = sockets;
	if (cpu !== undefined && config.cpu?.replace(/^cputype=/, '') !== cpu) set.cpu = cpu;
	if (memoryMiB !== undefined) {
		if (config.memory?.replace(/^current=/, '') !== String(memoryMiB)) set.memory = memoryMiB;
		// qemu-server API2/Qemu.pm: "balloon value too large (must be smaller than assigned memory)".
		if (Number(config.balloon ?? 0) > memoryMiB) set.balloon = memoryMiB;
	}
	return set;
}

function networkChange({network}: DesiredRunner, config: VmConfig): Readonly<Record<string, string>> {
	const net0 = network === undefined ? undefined : netChange(network, config.net0);
	return net0 === undefined ? {} : {net0};
}

// The seed takes the place of the template's cloud-init drive: with both, the guest may read the wrong one.
function seedChange(desired: DesiredRunner, config: VmConfig, seedVolumeId: string): ConfigChange {
	const drives = drivesOf(config);
	const discs = drives.filter(({cdrom}) => cdrom);
	const prefix = seedPrefix(desired.controller, desired.name);
	const place =
		discs.find(({volumeId}) => fileOf(volumeId).startsWith(prefix))?.key ??
		discs.find(({cloudInit}) => cloudInit)?.key ??
		discs.find(({key}) => key === 'ide2')?.key ??
		discs[0]?.key ??
		freePlace(drives);
	const remove = discs.map(({key}) => key).filter((key) => key !== place);
	const current = discs.find(({key}) => key === place);
	if (current?.volumeId === seedVolumeId) return {set: {}, remove};
	return {set: {[place]: `${seedVolumeId},media=cdrom`}, remove};
}

// ide1 and ide3 are not there on every machine type; sata is.
function freePlace(drives: readonly Drive[]): string {
	const taken = new Set(drives.map(({key}) => key));
	return (
		['ide2', 'ide0', 'sata0', 'sata1', 'sata2', 'sata3', 'sata4', 'sata5'].find((key) => !taken.has(key)) ?? 'ide2'
	);
}
