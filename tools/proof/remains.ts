import type {World} from '../simulator/index.ts';
import {runnerPool} from '../simulator/world/build.ts';
import type {Guest} from '../simulator/world.ts';
import {runnersOn} from './scene.ts';
import type {Shape} from './shape.ts';

/** How the command begins that root is told to give for the VM of a dead worker. */
export const rootCommand = (vmid: number): string => `qm unlock ${vmid} && qm destroy ${vmid}`;

/** The sentence about a clone whose log does not name its VM: it may be there, and it may not. */
export const namelessClone = /died before its log named its VM.* qm unlock VMID && qm destroy VMID /;

/**
 * What dead workers have left and the provider's token cannot remove: only root lifts a lock, and a token that is bound
 * to a pool has no right to a whole clone that never joined it.
 */
export function remainsOn(world: World, {fullToken}: Pick<Shape, 'fullToken'>): readonly Guest[] {
	const pooled = world.pools[runnerPool]?.vms ?? [];
	const outside = fullToken ? [] : runnersOn(world).filter((vmid) => !pooled.includes(vmid));
	return Object.values(world.guests).filter(
		({vmid, config: {lock}}) => lock === 'clone' || lock === 'destroyed' || outside.includes(vmid),
	);
}

/** What `qm unlock ID && qm destroy ID --destroy-unreferenced-disks 1` does. */
export function doAsRoot(world: World, vmid: number): void {
	delete world.guests[vmid];
	for (const [key, volume] of Object.entries(world.volumes)) if (volume.vmid === vmid) delete world.volumes[key];
	for (const {vms} of Object.values(world.pools)) if (vms.includes(vmid)) vms.splice(vms.indexOf(vmid), 1);
}
