import type {DesiredRunner} from '../../lib/runner/desired.ts';
import {type Mark, tagsOf, writeNotes} from '../../lib/runner/mark.ts';
import {seedFileName} from '../../lib/runner/names.ts';
import type {Observed, ObservedTemplate, ObservedVm} from '../../lib/runner/observed.ts';
import {slotsOf} from '../../lib/runner/vmid.ts';

export const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';
export const otherController = '11111111-2222-4333-8444-555555555555';
export const vmidRange = {first: 100_000, last: 999_999} as const;
export const runnerName = 'garm-ny9heeqyw2rl';
export const slots = slotsOf(controller, runnerName, vmidRange);
export const slot = slots[0] ?? 0;

/** The runner that most specs want. */
export function aRunner(changes: Partial<DesiredRunner> = {}): DesiredRunner {
	return {
		controller,
		name: runnerName,
		pool: '9dcf590a-1192-4a9c-b3e4-e0902974c2c0',
		vmidRange,
		created: '2026-11-23T20:00:00.000Z',
		image: 'ubuntu',
		flavor: '4c-8g',
		os: 'linux',
		arch: 'amd64',
		template: 'ubuntu-24.04-runner',
		machine: {cores: 4, memoryMiB: 8192},
		clone: {mode: 'auto'},
		tags: true,
		seed: {
			storage: 'local',
			fileName: seedFileName(controller, runnerName, 'c0ffee000000'),
			image: new Uint8Array(2048),
		},
		...changes,
	};
}

/** The mark of that runner. */
export function aMark(changes: Partial<Mark> = {}): Mark {
	const {name, pool, created, image, flavor, os, arch} = aRunner();
	return {controller, pool, runner: name, vmid: slot, created, image, flavor, os, arch, ...changes};
}

/** That runner's VM as a finished clone leaves it: marked, stopped, with the template's settings. */
export function aVm(
	changes: Partial<ObservedVm> & {readonly settings?: Readonly<Record<string, string>>} = {},
): ObservedVm {
	const {settings = {}, ...fields} = changes;
	const mark = fields.mark ?? aMark({vmid: fields.vmid ?? slot});
	const config = {
		name: runnerName,
		description: writeNotes(mark),
		scsi0: 'local-lvm:vm-100-disk-0,size=20G',
		boot: 'order=scsi0;net0',
		net0: 'virtio=BC:24:11:EE:1E:1E,bridge=vmbr0',
		memory: '2048',
		cores: '2',
		tags: 'template;base',
		digest: 'd1',
		...settings,
	};
	return {
		vmid: slot,
		node: 'pve',
		name: runnerName,
		power: 'stopped',
		template: false,
		tags: config.tags.split(';'),
		config,
		mark,
		...fields,
	};
}

/** That runner's VM when everything is as it should be, but for its power. */
export function aReadyVm(changes: Partial<ObservedVm> = {}): ObservedVm {
	const {pool, name, seed} = aRunner();
	return aVm({
		settings: {
			tags: tagsOf({controller, pool, runner: name}).join(';'),
			cores: '4',
			memory: '8192',
			onboot: '0',
			protection: '0',
			ide2: `local:iso/${seed.fileName},media=cdrom,size=366K`,
		},
		...changes,
	});
}

/** The template that the runner is cloned from. */
export function aTemplate(changes: Partial<ObservedTemplate> = {}): ObservedTemplate {
	return {
		vmid: 9000,
		node: 'pve',
		name: 'ubuntu-24.04-runner',
		config: {
			template: '1',
			scsi0: 'local-lvm:base-9000-disk-0,size=20G',
			net0: 'virtio=AA:BB:CC:DD:EE:FF,bridge=vmbr0',
		},
		...changes,
	};
}

/** One node, its two storages, one template, and whatever is given. */
export function aLook(changes: Partial<Observed> = {}): Observed {
	return {
		vms: [],
		inventory: {
			vms: [{vmid: 9000, node: 'pve', name: 'ubuntu-24.04-runner', power: 'stopped', template: true, tags: []}],
			nodes: [{node: 'pve', online: true, memoryFreeBytes: 2 ** 34}],
			storages: [
				{node: 'pve', storage: 'local', shared: false, active: true, content: ['iso']},
				{node: 'pve', storage: 'local-lvm', shared: false, active: true, content: ['images']},
			],
		},
		hidden: [],
		cloning: [],
		dead: [],
		uploading: [],
		quietMs: 0,
		brokenVmids: [],
		templates: [aTemplate()],
		seeds: [],
		linkedCloneRefused: false,
		tagsRefused: false,
		...changes,
	};
}

/** The runner's seed as it lies on the storage. */
export const aSeed = {
	node: 'pve',
	volumeId: `local:iso/${aRunner().seed.fileName}`,
	fileName: aRunner().seed.fileName,
} as const;
