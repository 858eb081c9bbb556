import {drivesOf, fileOf} from './drive.ts';
import {readMark, readTags} from './mark.ts';
import {seedPrefix} from './names.ts';
import type {ObservedSeed, VmConfig, VmRow} from './observed.ts';
import type {ConfigureStep} from './step.ts';

/** A VM whose guest has read its seed long ago, and what of that seed is still there. */
export interface DueEviction {
	readonly vm: VmRow;
	readonly runner: string;
	readonly seeds: readonly ObservedSeed[];
}

/** The running VMs of `controller` that are up for longer than `afterSeconds`, as far as the list of VMs can tell. */
export function longRunningVms(
	controller: string,
	afterSeconds: number,
	vms: readonly VmRow[],
): readonly (VmRow & {readonly runner: string})[] {
	return vms.flatMap((vm) => {
		const tagged = readTags(vm.tags);
		if (vm.power !== 'running' || vm.template || (vm.uptimeSeconds ?? 0) <= afterSeconds) return [];
		if (tagged !== undefined && tagged.controller !== controller) return [];
		// Where tags are forbidden the name is all there is; a wrong guess finds no seed, and the mark decides anyway.
		const runner = tagged?.runner ?? vm.name;
		return runner === undefined ? [] : [{...vm, runner}];
	});
}

/** Those of the VMs that still have a seed; `seeds` is what lies on the seed storage. */
export function dueEvictions(
	controller: string,
	vms: readonly (VmRow & {readonly runner: string})[],
	seeds: readonly ObservedSeed[],
): readonly DueEviction[] {
	return vms.flatMap(({runner, ...vm}) => {
		const prefix = seedPrefix(controller, runner);
		const own = seeds.filter(({fileName}) => fileName.startsWith(prefix));
		return own.length === 0 ? [] : [{vm, runner, seeds: own}];
	});
}

/**
 * The step that takes the runner's seed out of its VM's drives: an empty step where none is in. Absent where the notes
 * do not prove that the VM is the runner.
 */
export function ejection(
	controller: string,
	{vm: {vmid, node}, runner}: DueEviction,
	config: VmConfig,
): ConfigureStep | undefined {
	const mark = readMark(config.description, vmid);
	if (mark?.controller !== controller || mark.runner !== runner) return undefined;
	const prefix = seedPrefix(controller, runner);
	const drives = drivesOf(config).filter(({volumeId}) => fileOf(volumeId).startsWith(prefix));
	const set = Object.fromEntries(drives.map(({key}) => [key, 'none,media=cdrom'] as const));
	return {
		do: 'configure',
		vmid,
		node,
		set,
		remove: [],
		...(config.digest === undefined ? {} : {digest: config.digest}),
	};
}
