import type {Observed} from '../runner/observed.ts';
import {act} from './act.ts';
import {type LookTools, lookForRunner, type Memory, type Sight} from './look.ts';
import type {World} from './reconcile.ts';

/**
 * The cluster as one runner sees it. The first look is complete; a step that ended well is itself the observation of
 * what it changed, and after one that did not, everything is looked up anew.
 */
export function runnerWorld(sight: Sight, tools: LookTools, seedImage?: Uint8Array): World {
	let seen: Observed | undefined;
	let memory: Memory = {
		takenVmids: [],
		uploaded: [],
		everOwned: false,
		linkedCloneRefused: false,
		tagsRefused: false,
	};
	return {
		async observe() {
			seen ??= await lookForRunner(sight, memory, tools);
			return seen;
		},
		async act(step) {
			const change = await act(step, sight.runner, seedImage, tools.cluster);
			// A step beside this one may have changed it meanwhile.
			if (seen !== undefined) seen = change(seen);
			if (step.do === 'upload-seed') memory = {...memory, uploaded: seen?.seeds ?? memory.uploaded};
			if (step.do === 'destroy' || step.do === 'clone') memory = {...memory, everOwned: true};
			// Waiting is over when somebody else has changed something.
			if (step.do === 'wait') seen = undefined;
		},
		recordFailure(step, {facts}) {
			seen = undefined;
			const takenVmids =
				step.do === 'clone' && facts.kind === 'vmid-taken' ? [...memory.takenVmids, step.vmid] : memory.takenVmids;
			memory = {
				...memory,
				takenVmids,
				linkedCloneRefused: memory.linkedCloneRefused || facts.kind === 'linked-clone-unsupported',
				tagsRefused: memory.tagsRefused || facts.kind === 'tags-forbidden',
			};
		},
	};
}
