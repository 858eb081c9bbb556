import type {Observed, ObservedSeed} from '../runner/observed.ts';
import {ownVms, unbornVmid} from '../runner/whose.ts';
import {act} from './act.ts';
import {type LookTools, lookForRunner, type Memory, type Sight} from './look.ts';
import type {World} from './reconcile.ts';

/**
 * The cluster as one runner sees it. The first look is complete; a step that ended well is itself the observation of
 * what it changed, and after one that did not, everything is looked up anew.
 */
export function runnerWorld(sight: Sight, tools: LookTools, seedImage?: Uint8Array): World {
	let seen: Observed | undefined;
	let quietSince: number | undefined;
	// Of every seed that was seen: one on another storage is told by a VM only that may be gone by now.
	let seeds: readonly ObservedSeed[] = [];
	let memory: Memory = {
		takenVmids: [],
		ownedVmids: [],
		brokenVmids: [],
		linkedCloneRefused: false,
		tagsRefused: false,
	};

	async function look(): Promise<Observed> {
		const found = await lookForRunner(sight, memory, tools);
		const now = tools.clock.now();
		const quiet = ownVms(sight.runner, found).length === 0 && unbornVmid(sight.slots, found) === undefined;
		quietSince = quiet ? (quietSince ?? now) : undefined;
		// Who has removed the VM itself waits for none.
		const quietMs = memory.ownedVmids.length > 0 && quiet ? Number.POSITIVE_INFINITY : now - (quietSince ?? now);
		return {...found, quietMs, seeds: remember(found.seeds)};
	}

	function remember(found: readonly ObservedSeed[]): readonly ObservedSeed[] {
		seeds = [...found, ...seeds.filter((seed) => !found.some(isSame(seed)))];
		return seeds;
	}

	return {
		async observe() {
			seen ??= await look();
			return seen;
		},
		async act(step) {
			const change = await act(step, sight.runner, seedImage, tools.cluster);
			// A step beside this one may have changed it meanwhile.
			if (seen !== undefined) seen = change(seen);
			if (step.do === 'upload-seed') seeds = seen?.seeds ?? seeds;
			if (step.do === 'remove-seed') seeds = seeds.filter(({volumeId}) => volumeId !== step.volumeId);
			if (step.do === 'destroy' || step.do === 'clone') {
				const brokenVmids = memory.brokenVmids.filter((vmid) => vmid !== step.vmid);
				memory = {...memory, ownedVmids: [...memory.ownedVmids, step.vmid], brokenVmids};
				// It was not in the first slot: who has that one? And for a create, no template has been looked for yet.
				const unknown = sight.purpose === 'create' || sight.slots.indexOf(step.vmid) > 0;
				if (step.do === 'destroy' && unknown) seen = undefined;
			}
			// Waiting is over when somebody else has changed something.
			if (step.do === 'wait') seen = undefined;
		},
		recordFailure(step, {facts}) {
			seen = undefined;
			if (facts.kind === 'seed-gone') seeds = [];
			const takenVmids =
				step.do === 'clone' && facts.kind === 'vmid-taken' ? [...memory.takenVmids, step.vmid] : memory.takenVmids;
			memory = {
				...memory,
				takenVmids,
				brokenVmids: facts.kind === 'disk-gone' ? [...memory.brokenVmids, Number(facts.vmid)] : memory.brokenVmids,
				linkedCloneRefused: memory.linkedCloneRefused || facts.kind === 'linked-clone-unsupported',
				tagsRefused: memory.tagsRefused || facts.kind === 'tags-forbidden',
			};
		},
	};
}

function isSame({node, volumeId}: ObservedSeed): (other: ObservedSeed) => boolean {
	return (other) => other.node === node && other.volumeId === volumeId;
}
