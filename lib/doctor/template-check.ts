import {splitTokenId} from '../access/choice.ts';
import {roleNames} from '../access/rights.ts';
import {shellLine} from '../access/step.ts';
import {diskShortage, drivesOf, storageOf} from '../runner/drive.ts';
import type {Inventory, ObservedTemplate} from '../runner/observed.ts';
import {judgePlaces} from '../runner/placement.ts';
import type {Ask, AskedImage} from './ask.ts';
import type {ClusterFacts, ImageFacts} from './facts.ts';
import {type Finding, listed, sentence} from './finding.ts';

/** Whether each image is a template that can be cloned as asked, and has a node to go to. */
export function checkImages(ask: Ask, {images, inventory}: ClusterFacts): readonly Finding[] {
	if (images.length === 0) {
		return [
			{
				topic: 'template',
				level: 'failure',
				what: 'the token sees no template',
				why: 'It needs VM.Audit and VM.Clone on the templates, which are best kept in a resource pool of their own.',
				mend: ['qm list', 'pveum pool modify garm-templates --vms VMID'],
			},
		];
	}
	const findings = images.map((image) => checkImage(image, ask, inventory));
	// Without images in the config a pool may name any template: what ails one of them is no failure of the rest.
	const lenient = ask.images.length === 0 && findings.some((each) => each.every(({level}) => level !== 'failure'));
	return findings
		.flat()
		.map((finding) => (lenient && finding.level === 'failure' ? {...finding, level: 'warning'} : finding));
}

function checkImage(image: ImageFacts, ask: Ask, inventory: Inventory): readonly Finding[] {
	const name = JSON.stringify(image.name);
	if (image.problems.length > 0) {
		return image.problems.map(({why, mend}) => ({
			topic: 'template',
			level: 'failure',
			what: `image ${name} is of no use`,
			why: `${sentence(why)}.`,
			mend: mend === undefined ? [...findIt, grantOn(image, ask)] : [mend],
		}));
	}
	const asked = ask.images.find((each) => each.name === image.name);
	const places = image.templates.map(({vmid, node}) => `${vmid} on ${node}`);
	return [
		{topic: 'template', level: 'ok', what: `image ${name} is template ${listed(places)}`},
		...image.templates.flatMap((template) => checkTemplate(template, asked, ask, inventory)),
		...checkPlaces(image, ask, inventory),
	];
}

const findIt = ['qm list   # on each node; pvesh get /cluster/resources --type vm shows all of them'];

function grantOn({name}: ImageFacts, {images, tokenId}: Ask): string {
	const template = images.find((image) => image.name === name)?.template;
	const vmid = typeof template === 'number' ? template : 'VMID';
	const whose = [splitTokenId(tokenId).user, tokenId];
	return shellLine({do: 'grant', path: `/vms/${vmid}`, role: roleNames.templates, whose});
}

function checkTemplate(
	{vmid, node, config}: ObservedTemplate,
	image: AskedImage | undefined,
	{flavors, clone}: Ask,
	inventory: Inventory,
): readonly Finding[] {
	const findings: Finding[] = [];
	const on = (level: Finding['level'], what: string, why: string, mend?: string) =>
		findings.push({topic: 'template', level, what, why, ...(mend === undefined ? {} : {mend: [mend]})});
	if (config.lock !== undefined) {
		on(
			'warning',
			`template ${vmid} on ${node} is locked (${config.lock})`,
			'Clones wait until the task that locked it has ended. If none runs, root lifts the lock.',
			`qm unlock ${vmid}`,
		);
	}
	const isWindows = config.ostype?.startsWith('w');
	if (config.ostype !== undefined && image?.os !== undefined && isWindows !== (image.os === 'windows')) {
		on(
			'warning',
			`template ${vmid} on ${node} is set up for ${isWindows ? 'Windows' : 'Linux'}, and image ${JSON.stringify(image.name)} says ${image.os}`,
			'The guest reads a seed in the format of its own system only.',
			`qm set ${vmid} --ostype ${image.os === 'windows' ? 'win11' : 'l26'}`,
		);
	}
	for (const {name, machine} of flavors) {
		const shortage = diskShortage(machine.diskGiB, config);
		if (shortage !== undefined) {
			on(
				'failure',
				`flavor ${JSON.stringify(name)} does not fit template ${vmid}`,
				`Of template ${vmid}, ${shortage}.`,
			);
		}
	}
	findings.push(...checkCloning(vmid, config, clone.mode, inventory));
	return findings;
}

// pve-storage LVMPlugin.pm, ISCSIPlugin.pm, ISCSIDirectPlugin.pm volume_has_feature: none of them has "clone".
const copyingTypes = ['lvm', 'iscsi', 'iscsidirect'];

function checkCloning(
	vmid: number,
	config: ObservedTemplate['config'],
	mode: Ask['clone']['mode'],
	{storages}: Inventory,
): readonly Finding[] {
	const disks = drivesOf(config).filter(({cdrom}) => !cdrom);
	if (disks.length === 0) {
		return [
			{
				topic: 'template',
				level: 'warning',
				what: `template ${vmid} has no disk`,
				why: 'Its clones boot from nothing but the network.',
			},
		];
	}
	const names = [...new Set(disks.map(({volumeId}) => storageOf(volumeId)))];
	const copying = names.filter((name) =>
		storages.some(({storage, type = ''}) => storage === name && copyingTypes.includes(type)),
	);
	if (copying.length === 0 || mode === 'full') return [];
	return [
		{
			topic: 'template',
			level: mode === 'linked' ? 'failure' : 'warning',
			what: `template ${vmid} cannot be cloned without a copy: storage ${listed(copying)} has no linked clones`,
			why:
				mode === 'linked'
					? 'The config asks for linked clones (clone.mode).'
					: 'Every runner copies the whole disk first. Thin storage (LVM-thin, ZFS, Ceph, qcow2 files) makes clones in seconds.',
		},
	];
}

function checkPlaces({name, templates}: ImageFacts, ask: Ask, inventory: Inventory): readonly Finding[] {
	const wishes = {
		...(ask.nodes === undefined ? {} : {nodes: ask.nodes}),
		clone: ask.clone,
		seed: {storage: ask.seedStorage},
	};
	const judged = judgePlaces(wishes, templates, inventory);
	const free = [...new Set(judged.filter(({obstacle}) => obstacle === undefined).map(({node}) => node))];
	const obstacles = [...new Set(judged.flatMap(({node, obstacle}) => (free.includes(node) ? [] : (obstacle ?? []))))];
	// That a node is not among the allowed ones is what the config says, and no news.
	const news = obstacles.filter((each) => !each.endsWith('is not among the allowed nodes'));
	const image = `runners of image ${JSON.stringify(name)}`;
	if (free.length === 0) {
		return [
			{topic: 'place', level: 'failure', what: `${image} have no node to go to`, why: `${sentence(...obstacles)}.`},
		];
	}
	return [
		{topic: 'place', level: 'ok', what: `${image} may go to ${listed(free)}`},
		...(news.length === 0
			? []
			: [
					{
						topic: 'place',
						level: 'warning',
						what: `${image} cannot go everywhere`,
						why: `${sentence(...news)}.`,
					} as const,
				]),
	];
}
