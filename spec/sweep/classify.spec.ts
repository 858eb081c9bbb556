import test from 'ava';
import type {ObservedVm} from '../../lib/runner/observed.ts';
import {classify, unreadCandidates} from '../../lib/sweep/classify.ts';
import type {SweepFacts} from '../../lib/sweep/facts.ts';
import {planRemovals, stillDue} from '../../lib/sweep/plan.ts';
import type {SweepScope} from '../../lib/sweep/scope.ts';
import {otherController, slot} from '../helper/a-vm.ts';
import {aScope, hourMs, knows, now, someSweepFacts, sweptSeed, sweptVm, unread} from '../helper/sweep-facts.ts';

type Judged = readonly (readonly [kind: string, way: string])[];

const judge = (scope: SweepScope, facts: SweepFacts): Judged =>
	classify(scope, facts).map(({kind, way}) => [kind, way] as const);

function rule(title: string, scope: SweepScope, vms: readonly ObservedVm[], expected: Judged) {
	test(title, (t) => {
		t.deepEqual(judge(scope, someSweepFacts(vms)), expected);
	});
}

const r1 = sweptVm('r-1');
const stopped = sweptVm('r-1', {power: 'stopped'});

rule('a runner that GARM knows is no finding', aScope(knows('r-1')), [r1, sweptVm('r-1', {power: 'stopped'})], []);
rule(
	'a runner that GARM does not know is an orphan, running or not',
	aScope(knows('r-2')),
	[r1],
	[['orphan', 'remove']],
);
rule('where GARM was not asked, a running runner is a suspect', aScope(), [r1], [['suspect', 'suspect']]);
rule('a suspect goes where suspects are included', aScope({includeSuspects: true}), [r1], [['suspect', 'remove']]);
rule('where GARM was not asked, a stopped runner is dead', aScope(), [stopped], [['dead', 'remove']]);
for (const power of ['paused', 'failed', 'unknown'] as const) {
	rule(
		`where GARM was not asked, a runner that is ${power} is a suspect`,
		aScope(),
		[sweptVm('r-1', {power})],
		[['suspect', 'suspect']],
	);
}
rule('what is younger than asked for stays', aScope(knows()), [sweptVm('r-1', {hours: 0.5})], [['young', 'keep']]);
rule(
	'a young runner that runs is no word worth where GARM was not asked',
	aScope(),
	[sweptVm('r-1', {hours: 0.5})],
	[],
);
rule('a VM from the future is young', aScope(knows()), [sweptVm('r-1', {hours: -5})], [['young', 'keep']]);
rule(
	'what was made after GARM said what it knows is no orphan',
	aScope({known: {names: new Set(), at: now - 3 * hourMs}}),
	[r1],
	[['young', 'keep']],
);
rule('the tag garm-keep keeps a VM', aScope(knows()), [sweptVm('r-1', {moreTags: ['garm-keep']})], [['kept', 'keep']]);
rule('a protected VM stays', aScope(knows()), [sweptVm('r-1', {settings: {protection: '1'}})], [['kept', 'keep']]);
rule('another controller is no business of the sweep', aScope(knows()), [sweptVm('r-1', {owner: otherController})], []);
rule('a template never goes, whatever its notes say', aScope(knows()), [{...r1, template: true}], []);
rule(
	'a runner that is locked for long is for root, known or not',
	aScope(knows('r-1')),
	[sweptVm('r-1', {lock: 'backup'})],
	[['stale-lock', 'root']],
);
rule(
	'a runner that was locked just now stays',
	aScope(knows()),
	[sweptVm('r-1', {lock: 'clone', hours: 0.1})],
	[['young', 'keep']],
);
rule(
	'a marked clone whose worker died is half made',
	aScope(knows()),
	[sweptVm('r-1', {lock: 'clone'})],
	[['half-made', 'root']],
);
rule(
	'of a runner with two VMs both stay where one has to',
	aScope(knows()),
	[r1, sweptVm('r-1', {vmid: 7000, settings: {protection: '1'}})],
	[
		['kept', 'keep'],
		['kept', 'keep'],
	],
);

const {mark: _mark, ...unmarked} = r1;
const lostNotes = {...unmarked, config: {...r1.config, description: 'edited'}};
rule('a runner that has lost its mark is told, and stays', aScope(knows()), [lostNotes], [['lost-mark', 'keep']]);
rule("a copy that carries a runner's tags is nobody's runner", aScope(knows()), [{...lostNotes, vmid: 400}], []);
rule(
	'a runner on a node that is off line stays',
	aScope(knows()),
	[unread(sweptVm('r-1', {node: 'dead', power: 'unknown'}))],
	[['offline', 'keep']],
);

test('a clone that does not say whose it is is for root, unless it is being made', (t) => {
	const clone: ObservedVm = {
		...{vmid: slot, node: 'pve', power: 'stopped', template: false, tags: [], lock: 'clone'},
		config: {lock: 'clone'},
	};
	t.deepEqual(judge(aScope(), someSweepFacts([clone])), [['half-made', 'root']]);
	t.deepEqual(judge(aScope(), someSweepFacts([clone], {cloning: [slot]})), []);
	t.deepEqual(judge(aScope(), someSweepFacts([clone], {cloning: [undefined]})), []);
	t.deepEqual(judge(aScope(), someSweepFacts([clone], {cloning: [7]})), [['half-made', 'root']]);
});

const lost = {seeds: [sweptSeed('r-gone')]} as const;

test('a seed that no VM is left of goes; one whose VM, or whose runner GARM knows, stays', (t) => {
	t.deepEqual(judge(aScope(), someSweepFacts([], lost)), [['lost-seed', 'remove']]);
	t.deepEqual(judge(aScope(), someSweepFacts([], {seeds: [sweptSeed('r-gone', 0.5)]})), []);
	t.deepEqual(judge(aScope(), someSweepFacts([], {seeds: [sweptSeed('r-gone', 2, otherController)]})), []);
	t.deepEqual(judge(aScope(knows('r-gone')), someSweepFacts([], lost)), []);
	t.deepEqual(judge(aScope(knows('r-gone')), someSweepFacts([sweptVm('r-gone')], lost)), []);
	t.deepEqual(judge(aScope(), someSweepFacts([unread(sweptVm('r-gone'))], lost)), [['suspect', 'suspect']]);
});

test('a VM that is only named like the runner keeps its seed: its notes may be out of sight', (t) => {
	const named: ObservedVm = {vmid: 7000, node: 'pve', name: 'r-gone', power: 'stopped', template: false, tags: []};
	t.deepEqual(judge(aScope(), someSweepFacts([], {...lost, rows: [named]})), []);
});

test('a seed is a suspect where a VM may be its owner and nobody can tell, or where its age is unknown', (t) => {
	const unsure: ObservedVm = {vmid: slot, node: 'dead', power: 'unknown', template: false, tags: []};
	const {uploadedAt: _age, ...ageless} = sweptSeed('r-gone');
	t.deepEqual(judge(aScope(), someSweepFacts([], {...lost, unsure: [unsure]})), [['lost-seed', 'suspect']]);
	t.deepEqual(judge(aScope(), someSweepFacts([], {seeds: [ageless]})), [['lost-seed', 'suspect']]);
	t.deepEqual(judge(aScope({includeSuspects: true}), someSweepFacts([], {seeds: [ageless]})), [
		['lost-seed', 'remove'],
	]);
});

test('a disk without a VM is for root, and its name cannot leave the quotes', (t) => {
	const disk = {node: 'pve', volumeId: "local-lvm:vm-100000-'; rm -rf /", vmid: 100_000};
	const [finding] = classify(aScope(), someSweepFacts([], {disks: [disk]}));
	t.like(finding, {kind: 'stray-disk', way: 'root'});
	t.deepEqual(finding?.mend, ["pvesm free 'local-lvm:vm-100000-'\\''; rm -rf /'"]);
});

test('pool, node and name narrow the sweep down', (t) => {
	const vms = [
		sweptVm('ci-1', {pool: 'p1', node: 'n1'}),
		sweptVm('ci-2', {pool: 'p2', node: 'n2'}),
		sweptVm('web.1', {pool: 'p2', node: 'n1'}),
	];
	const facts = someSweepFacts(vms, {...lost, online: ['n1', 'n2']});
	const names = (changes: Partial<SweepScope>) =>
		classify(aScope({...knows(), ...changes}), facts).map(({runner}) => runner ?? 'seed');
	t.deepEqual(names({}), ['ci-1', 'ci-2', 'web.1', 'seed']);
	t.deepEqual(names({pool: 'p2'}), ['ci-2', 'web.1']);
	t.deepEqual(names({node: 'n1'}), ['ci-1', 'web.1']);
	t.deepEqual(names({name: 'ci-*'}), ['ci-1', 'ci-2']);
	t.deepEqual(names({name: '???1'}), ['ci-1']);
	t.deepEqual(names({name: 'web.?'}), ['web.1']);
	t.deepEqual(names({name: 'web'}), []);
});

test('only those VMs are read that may have to go', (t) => {
	const vms = [
		unread(sweptVm('known')),
		unread(sweptVm('forgotten'), 60),
		unread(sweptVm('stopped', {power: 'stopped'})),
		unread(sweptVm('kept', {power: 'stopped', moreTags: ['garm-keep']})),
		unread(sweptVm('away', {node: 'dead', power: 'unknown'})),
		unread(sweptVm('theirs', {owner: otherController, power: 'stopped'})),
		sweptVm('read already', {power: 'stopped'}),
	];
	const names = (scope: SweepScope) => unreadCandidates(scope, someSweepFacts(vms)).map(({name}) => name);
	t.deepEqual(names(aScope()), ['stopped']);
	t.deepEqual(names(aScope(knows('known'))), ['forgotten', 'stopped']);
	t.deepEqual(names(aScope({includeSuspects: true})), ['known', 'forgotten', 'stopped']);
});

test('runners go by their names, before the seeds, and nothing else goes', (t) => {
	const vms = [sweptVm('r-2'), sweptVm('r-1'), sweptVm('r-1', {vmid: 7000}), sweptVm('r-old', {lock: 'backup'})];
	const facts = someSweepFacts(vms, {...lost, disks: [{node: 'pve', volumeId: 'x', vmid: 100_000}]});
	const plan = planRemovals(classify(aScope(knows()), facts));
	t.deepEqual(
		plan.map((removal) => (removal.do === 'remove-runner' ? [removal.name, removal.vmids.length] : removal.volumeId)),
		[['r-1', 2], ['r-2', 1], sweptSeed('r-gone').volumeId],
	);
	const later = planRemovals(classify(aScope(knows('r-2')), facts));
	t.deepEqual(
		stillDue(plan, later).map((removal) => (removal.do === 'remove-runner' ? removal.name : 'seed')),
		['r-1', 'seed'],
	);
	t.deepEqual(stillDue(later, []), []);
});
