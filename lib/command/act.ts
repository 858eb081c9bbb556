import {Fault, isFault} from '../fault.ts';
import type {RunnerIdentity} from '../runner/desired.ts';
import {fileOf} from '../runner/drive.ts';
import {readMark} from '../runner/mark.ts';
import {seedPrefix} from '../runner/names.ts';
import type {Observed, ObservedVm, VmConfig} from '../runner/observed.ts';
import type {CloneStep, ConfigureStep, Step} from '../runner/step.ts';
import type {Cluster} from './ports.ts';

/** What a step that ended well has changed in what is seen. */
type Change = (seen: Observed) => Observed;

/**
 * Takes one step for `runner`; what changes the power of a VM, or destroys it, first proves by its notes that the VM is
 * the runner's. A change of its config is guarded by the config's digest.
 */
export async function act(
	step: Step,
	runner: RunnerIdentity,
	seedImage: Uint8Array | undefined,
	cluster: Cluster,
): Promise<Change> {
	switch (step.do) {
		case 'wait':
			return (seen) => seen;
		case 'clone':
			return clone(step, cluster);
		case 'upload-seed': {
			if (seedImage === undefined) throw new Fault('bug', 'A seed is to be uploaded in a run that has none.');
			const {node, storage, fileName} = step;
			const volumeId = await cluster.uploadSeed(node, storage, fileName, seedImage);
			return (seen) => ({...seen, seeds: [...seen.seeds, {node, volumeId, fileName}]});
		}
		case 'configure':
			await noticing(runner, step, cluster.configure(step));
			return configured(step);
		case 'resize': {
			await cluster.resize(step.node, step.vmid, step.disk, step.sizeGiB);
			const config = await cluster.vmConfig(step.node, step.vmid);
			return withVm(step.vmid, (vm) => ({...vm, config}));
		}
		case 'start':
		case 'resume':
			await prove(step, runner, cluster);
			await noticing(runner, step, cluster[step.do](step.node, step.vmid));
			return withVm(step.vmid, (vm) => ({...vm, power: 'running'}));
		case 'stop':
			await prove(step, runner, cluster);
			await cluster.stop(step.node, step.vmid);
			return withVm(step.vmid, (vm) => ({...vm, power: 'stopped'}));
		case 'destroy':
			await prove(step, runner, cluster);
			await cluster.destroy(step.node, step.vmid);
			return (seen) => ({
				...seen,
				vms: seen.vms.filter(({vmid}) => vmid !== step.vmid),
				quietMs: Number.POSITIVE_INFINITY,
			});
		case 'remove-seed':
			await cluster.removeSeed(step.node, step.volumeId);
			return (seen) => ({...seen, seeds: seen.seeds.filter(({volumeId}) => volumeId !== step.volumeId)});
	}
}

async function clone(step: CloneStep, cluster: Cluster): Promise<Change> {
	await cluster.clone(step);
	const {vmid, node, vmName: name} = step;
	const config = await cluster.vmConfig(node, vmid);
	const mark = readMark(config.description, vmid);
	if (mark === undefined) {
		throw new Fault('busy', `VM ${vmid} on node ${node} was cloned, but its notes do not say so yet.`, {
			facts: {vmid, node},
		});
	}
	const vm: ObservedVm = {vmid, node, name, power: 'stopped', template: false, tags: [], config, mark};
	return (seen) => ({...seen, vms: [...seen.vms, vm]});
}

/** The same, but where a seed or a disk is missing the fault says which of them: both can be had anew. */
async function noticing(
	{controller, name}: RunnerIdentity,
	{vmid}: {readonly vmid: number},
	work: Promise<void>,
): Promise<void> {
	try {
		await work;
	} catch (error) {
		if (!isFault(error) || error.facts.kind !== 'no-such-volume') throw error;
		const file = fileOf(String(error.facts.volume));
		const isSeed = file.startsWith(seedPrefix(controller, name));
		if (!isSeed && !file.includes(`-${vmid}-`)) throw error;
		const facts = {...error.facts, kind: isSeed ? 'seed-gone' : 'disk-gone', vmid};
		throw new Fault('busy', error.message, {facts, cause: error});
	}
}

function configured({vmid, set, remove}: ConfigureStep): Change {
	return withVm(vmid, (vm) => {
		const texts = Object.entries(set).map(([key, value]) => [key, String(value)] as const);
		const kept = Object.entries(vm.config ?? {}).filter(([key]) => key !== 'digest' && !remove.includes(key));
		const config: VmConfig = Object.fromEntries([...kept, ...texts]);
		return {...vm, config};
	});
}

function withVm(vmid: number, change: (vm: ObservedVm) => ObservedVm): Change {
	return (seen) => ({...seen, vms: seen.vms.map((vm) => (vm.vmid === vmid ? change(vm) : vm))});
}

// VMIDs are used again: what was seen a moment ago may be somebody else's VM by now.
async function prove(
	step: Step & {readonly vmid: number; readonly node: string},
	{controller, name}: RunnerIdentity,
	cluster: Cluster,
): Promise<void> {
	const {vmid, node} = step;
	const config = await cluster.vmConfig(node, vmid);
	const mark = readMark(config.description, vmid);
	if (mark?.controller === controller && mark.runner === name && config.template !== '1') return;
	throw new Fault('busy', `VM ${vmid} on node ${node} carries no mark of runner ${name} any more, and is left alone.`, {
		facts: {vmid, node},
	});
}
