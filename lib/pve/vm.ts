import {isFault} from '../fault.ts';
import type {Power, VmConfig} from '../runner/observed.ts';
import type {CloneStep, ConfigureStep} from '../runner/step.ts';
import {BadAnswer} from './bad-answer.ts';
import {readRow} from './decode.ts';
import {decodeConfig, decodePower} from './decode-vm.ts';
import type {Act} from './explain.ts';
import type {Kind} from './kind.ts';
import {removeLeftDisks} from './left-disks.ts';
import type {Session} from './session.ts';

/** What can be asked of one VM and done to it. */
export interface VmCalls {
	vmConfig(node: string, vmid: number): Promise<VmConfig>;
	vmPower(node: string, vmid: number): Promise<Power>;
	clone(step: CloneStep): Promise<void>;
	configure(step: ConfigureStep): Promise<void>;
	resize(node: string, vmid: number, disk: string, sizeGiB: number): Promise<void>;
	start(node: string, vmid: number): Promise<void>;
	resume(node: string, vmid: number): Promise<void>;
	stop(node: string, vmid: number): Promise<void>;
	destroy(node: string, vmid: number): Promise<void>;
}

/** The calls about one VM over `session`. */
export function vmCalls(session: Session): VmCalls {
	const {api, attempt, runTask} = session;
	const vmAt = (node: string, vmid: number) => api.nodes.$(encodeURIComponent(node)).qemu.$(vmid);
	return {
		vmConfig: (node, vmid) =>
			attempt(act('read the config of', node, vmid), async () => {
				const data: unknown = await vmAt(node, vmid).config.$get();
				return decodeConfig(data);
			}),
		vmPower: (node, vmid) =>
			attempt(act('read the status of', node, vmid), async () => {
				const data: unknown = await vmAt(node, vmid).status.current.$get();
				return decodePower(readRow(data, 'the status of a VM'));
			}),
		clone: (step) => cloneVm(session, step),
		configure: ({node, vmid, set, remove, digest}) =>
			attempt(act('configure', node, vmid), async () => {
				const config = vmAt(node, vmid).config;
				const parameters = {
					...set,
					...(remove.length === 0 ? {} : {delete: remove.join(',')}),
					...(digest === undefined ? {} : {digest}),
				};
				// proxmox-api's type names net0 to net3 only, PVE takes more.
				await config.$put(parameters as Parameters<typeof config.$put>[0]);
			}),
		resize: (node, vmid, disk, sizeGiB) =>
			ended(
				runTask(act(`grow ${disk} to ${sizeGiB} GiB of`, node, vmid), () => {
					const resize = vmAt(node, vmid).resize;
					return resize.$put({disk, size: `${sizeGiB}G`} as Parameters<typeof resize.$put>[0]);
				}),
			),
		start: (node, vmid) =>
			unless('already-running', () =>
				ended(runTask(act('start', node, vmid), () => vmAt(node, vmid).status.start.$post())),
			),
		resume: (node, vmid) => ended(runTask(act('resume', node, vmid), () => vmAt(node, vmid).status.resume.$post())),
		stop: (node, vmid) => ended(runTask(act('stop', node, vmid), () => stopVm(session, node, vmid))),
		// Never `destroy-unreferenced-disks` (it reaches another cluster's disks of the same VMID on shared storage),
		// never `purge`: without it PVE refuses to take a VM out of HA behind somebody's back.
		async destroy(node, vmid) {
			const task = await runTask(act('destroy', node, vmid), () => vmAt(node, vmid).$delete());
			await removeLeftDisks(session, task, vmid);
		},
	};
}

function cloneVm({api, runTask}: Session, step: CloneStep): Promise<void> {
	const {templateNode, templateVmid, vmid, node} = step;
	const what = `clone template ${templateVmid} of node ${templateNode} to VM ${vmid} on node ${node}`;
	const work = runTask({what, vmid: templateVmid, newVmid: vmid, node: templateNode}, () => {
		const clone = api.nodes.$(encodeURIComponent(templateNode)).qemu.$(templateVmid).clone;
		const parameters = {
			newid: vmid,
			name: step.vmName,
			description: step.notes,
			full: step.full,
			...(step.pool === undefined ? {} : {pool: step.pool}),
			...(node === templateNode ? {} : {target: node}),
			...(step.storage === undefined ? {} : {storage: step.storage}),
			...(step.format === undefined ? {} : {format: step.format}),
		};
		return clone.$post(parameters as Parameters<typeof clone.$post>[0]);
	});
	return ended(work);
}

async function ended(work: Promise<unknown>): Promise<void> {
	await work;
}

async function stopVm({engine}: Session, node: string, vmid: number): Promise<unknown> {
	const call = {method: 'POST', path: `/nodes/${encodeURIComponent(node)}/qemu/${vmid}/status/stop`} as const;
	try {
		return (await engine.ask({...call, parameters: {'overrule-shutdown': true}})).data;
	} catch (error) {
		// Unknown to PVE before 8.2 ("not defined in schema"), "Not applicable for HA resources." for such a VM.
		if (!(error instanceof BadAnswer) || error.fields['overrule-shutdown'] === undefined) throw error;
		return (await engine.ask(call)).data;
	}
}

async function unless(kind: Kind, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!isFault(error) || error.facts.kind !== kind) throw error;
	}
}

function act(verb: string, node: string, vmid: number): Act {
	return {what: `${verb} VM ${vmid} on node ${node}`, vmid, node};
}
