import {readTags} from '../runner/mark.ts';
import {controllerSeedPrefix, seedPrefix} from '../runner/names.ts';
import type {ObservedSeed, ObservedVm} from '../runner/observed.ts';
import {hasLostMark, shownAs} from '../runner/whose.ts';
import type {SweepFacts} from './facts.ts';
import {findingKinds, type SweepFinding} from './finding.ts';
import {ageOf, controllerOf} from './runner-row.ts';
import {fitsPattern, type SweepScope} from './scope.ts';

/** The tag by which a person keeps a VM from every sweep. */
export const keepTag = 'garm-keep';

/** Everything in the scope that is not as it should be, and what can be done about it. VMs of others are never in it. */
export function classify(scope: SweepScope, facts: SweepFacts): readonly SweepFinding[] {
	const own = ownVms(scope, facts);
	const found = [
		...besideTwins(
			own.flatMap((vm) => judgeVm(vm, scope, facts)),
			own,
		),
		...unmarkedClones(facts).map(judgeClone),
		...facts.seeds.flatMap((seed) => judgeSeed(seed, scope, facts)),
		...facts.disks.map(judgeDisk),
	];
	return found
		.filter((finding) => isWithinScope(finding, scope))
		.sort((a, b) => findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind) || (a.what < b.what ? -1 : 1));
}

/** The VMs whose notes have to be read before `classify` may say that they can go: few, whatever the fleet's size. */
export function unreadCandidates(scope: SweepScope, facts: SweepFacts): readonly ObservedVm[] {
	return ownVms(scope, facts).filter((vm) => {
		if (vm.config !== undefined || isOffline(vm, facts) || vm.tags.includes(keepTag)) return false;
		if (scope.known !== undefined) return !scope.known.names.has(shownAs(vm).name);
		return vm.power !== 'running' || scope.includeSuspects;
	});
}

function ownVms({controller, vmidRange}: SweepScope, {vms}: SweepFacts): readonly ObservedVm[] {
	return vms.filter((vm) => {
		if (vm.template || controllerOf(vm) !== controller) return false;
		// Tags that the notes do not bear out are somebody's copy of a runner, unless it lives where the runner would.
		return vm.config === undefined || vm.mark !== undefined || hasLostMark(vm, vmidRange);
	});
}

function judgeVm(vm: ObservedVm, scope: SweepScope, facts: SweepFacts): readonly SweepFinding[] {
	const {vmid, node, lock} = vm;
	const {name, pool} = shownAs(vm);
	const ageMs = ageOf(vm, facts);
	const it = {
		...{what: `runner ${name} (VM ${vmid} on ${node}, ${vm.power})`, runner: name, pool, vmid, node},
		...(ageMs === undefined ? {} : {ageMs}),
	};
	const isOld = ageMs !== undefined && ageMs >= scope.olderThanMs;
	const isBeingMade = facts.cloning.some((active) => active === undefined || active === vmid);
	if (lock !== undefined && isOld && !isBeingMade && !isOffline(vm, facts)) return [{...it, ...lockedBy(lock, vmid)}];
	if (scope.known?.names.has(name)) return [];
	const judged = judgeUnknown(vm, scope, facts, isOld);
	return judged === undefined ? [] : [{...it, ...judged}];
}

type Judgement = Pick<SweepFinding, 'kind' | 'way' | 'why' | 'mend'>;

function lockedBy(lock: string, vmid: number): Judgement {
	if (lock === 'clone' || lock === 'create') {
		return {
			kind: 'half-made',
			way: 'root',
			why: `A clone into it has begun and not ended; its lock (${lock}) only root can lift, where no task works on it any more.`,
			mend: [`qm unlock ${vmid} && qm destroy ${vmid}`],
		};
	}
	return {
		kind: 'stale-lock',
		way: 'root',
		why: `It is locked (${lock}), and only root can lift that, where no task works on it any more.`,
		mend: [lock === 'destroyed' ? `qm unlock ${vmid} && qm destroy ${vmid}` : `qm unlock ${vmid}`],
	};
}

/** What becomes of a runner that GARM does not know, or of which nobody can say whether GARM knows it. */
function judgeUnknown(vm: ObservedVm, scope: SweepScope, facts: SweepFacts, isOld: boolean): Judgement | undefined {
	const {known} = scope;
	const who = known === undefined ? 'Whether GARM knows it is not known' : 'GARM does not know it';
	if (isOffline(vm, facts)) {
		return {kind: 'offline', way: 'keep', why: `${who}, but its node is off line: nothing can be done about it now.`};
	}
	if (vm.config !== undefined && vm.mark === undefined) {
		return {
			kind: 'lost-mark',
			way: 'keep',
			why: 'Its tags call it a runner, but its notes have lost the mark that proves it, so nothing here removes it. Where it is a runner, root can.',
			mend: [`qm stop ${vm.vmid} && qm destroy ${vm.vmid}`],
		};
	}
	if (vm.tags.includes(keepTag)) return {kind: 'kept', way: 'keep', why: `${who}; its tag ${keepTag} keeps it.`};
	if (vm.config?.protection === '1') {
		return {kind: 'kept', way: 'keep', why: `${who}; somebody has protected it.`, mend: unprotect(vm.vmid)};
	}
	if (vm.lock !== undefined || !isOld) return young(vm, known === undefined, who);
	if (known !== undefined) {
		const created = Date.parse(vm.mark?.created ?? '');
		if (!(created < known.at)) return young(vm, false, 'It was made after GARM said what it knows');
		return {kind: 'orphan', way: 'remove', why: 'GARM does not know it.'};
	}
	if (vm.power === 'stopped') return {kind: 'dead', way: 'remove', why: 'It is stopped; a runner at work runs.'};
	return {
		kind: 'suspect',
		way: scope.includeSuspects ? 'remove' : 'suspect',
		why: `${who}, and it is ${vm.power}: it may be at work.`,
	};
}

/** Where GARM was not asked, a running VM that is young is the usual case, and not worth a word. */
function young({power}: ObservedVm, isUsual: boolean, who: string): Judgement | undefined {
	if (isUsual && power === 'running') return undefined;
	return {kind: 'young', way: 'keep', why: `${who}; it is too young, or at work, to be judged.`};
}

function unprotect(vmid: number): readonly string[] {
	return [`qm set ${vmid} --protection 0`];
}

function isOffline({node}: ObservedVm, {online}: SweepFacts): boolean {
	return !online.includes(node);
}

/** A runner is removed by its name: where one of several VMs of a name has to stay, all stay. */
function besideTwins(findings: readonly SweepFinding[], own: readonly ObservedVm[]): readonly SweepFinding[] {
	return findings.map((finding) => {
		if (finding.way !== 'remove' && finding.way !== 'suspect') return finding;
		const stays = own.find((vm) => {
			const its = findings.find(({vmid}) => vmid === vm.vmid);
			return shownAs(vm).name === finding.runner && its?.way !== 'remove' && its?.way !== 'suspect';
		});
		if (stays === undefined) return finding;
		return {...finding, kind: 'kept', way: 'keep', why: `VM ${stays.vmid} is the same runner, and has to stay.`};
	});
}

/** VMs that a clone has begun, that no clone of ours is at work on, and that do not say whose they are. */
function unmarkedClones({vms, cloning}: SweepFacts): readonly ObservedVm[] {
	return vms.filter(
		({vmid, config, mark, lock, tags}) =>
			config !== undefined &&
			mark === undefined &&
			(lock === 'clone' || lock === 'create') &&
			readTags(tags) === undefined &&
			!cloning.some((active) => active === undefined || active === vmid),
	);
}

function judgeClone({vmid, node, lock}: ObservedVm): SweepFinding {
	return {
		kind: 'half-made',
		way: 'root',
		what: `VM ${vmid} on ${node}, without a name`,
		why: `A clone into it has begun and not ended (lock ${lock}), in the range of the runners; it does not say whose it is. Only root can lift its lock, where no task works on it any more.`,
		vmid,
		node,
		mend: [`qm unlock ${vmid} && qm destroy ${vmid} --destroy-unreferenced-disks 1`],
	};
}

function judgeSeed(seed: ObservedSeed, scope: SweepScope, facts: SweepFacts): readonly SweepFinding[] {
	const {controller, known} = scope;
	const {node, volumeId, fileName, uploadedAt} = seed;
	if (!fileName.startsWith(controllerSeedPrefix(controller))) return [];
	const names = [
		...facts.rows.flatMap(({name, tags}) => [name, readTags(tags)?.runner]),
		...facts.vms.flatMap((vm) => [shownAs(vm).name, vm.name]),
		...(known?.names ?? []),
	].filter((name) => name !== undefined);
	if ([...new Set(names)].some((name) => fileName.startsWith(seedPrefix(controller, name)))) return [];
	const ageMs = uploadedAt === undefined ? undefined : Math.max(0, facts.now - uploadedAt * 1000);
	const it = {kind: 'lost-seed', what: `seed ${volumeId} on ${node}`, node, volumeId} as const;
	const age = ageMs === undefined ? {} : {ageMs};
	if (ageMs !== undefined && (ageMs < scope.olderThanMs || (known && uploadedAt && uploadedAt * 1000 >= known.at)))
		return [];
	const doubt = doubtAbout(ageMs, facts);
	if (doubt === undefined) return [{...it, ...age, way: 'remove', why: 'No VM is left whose seed it could be.'}];
	const way = scope.includeSuspects ? 'remove' : 'suspect';
	return [{...it, ...age, way, why: `No VM is seen whose seed it could be, but ${doubt}.`}];
}

function doubtAbout(ageMs: number | undefined, facts: SweepFacts): string | undefined {
	const [unsure] = facts.unsure;
	if (ageMs === undefined) return 'PVE does not tell how old it is';
	if (unsure !== undefined)
		return `nobody can tell what VM ${unsure.vmid} on node ${unsure.node} is, which is off line`;
	const [clone] = unmarkedClones(facts);
	return clone === undefined ? undefined : `VM ${clone.vmid} on node ${clone.node} does not say whose it is`;
}

function judgeDisk({node, volumeId, vmid}: SweepFacts['disks'][number]): SweepFinding {
	return {
		kind: 'stray-disk',
		way: 'root',
		what: `disk ${volumeId} on ${node}`,
		why: `No VM of this cluster has the VMID ${vmid}, which is in the range of the runners. Only root can remove it; a storage that several clusters share may hold another one's disk.`,
		vmid,
		node,
		volumeId,
		mend: [`pvesm free '${volumeId.replaceAll("'", `'\\''`)}'`],
	};
}

function isWithinScope({pool, node, runner}: SweepFinding, scope: SweepScope): boolean {
	if (scope.pool !== undefined && pool !== scope.pool) return false;
	if (scope.node !== undefined && node !== scope.node) return false;
	return scope.name === undefined || (runner !== undefined && fitsPattern(runner, scope.name));
}
