import test from 'ava';
import {type ProofCase, proofCases} from '../../tools/proof/boot/case.ts';
import {type Facts, parseFacts} from '../../tools/proof/boot/facts.ts';
import {judge} from '../../tools/proof/boot/judge.ts';

function caseOf(id: string): ProofCase {
	const found = proofCases('certificate').find((each) => each.id === id);
	if (found === undefined) throw new Error(`there is no case ${id}`);
	return found;
}

const failing = caseOf('c');
const timeline = [
	'note 10-first by root 700',
	'note 20-second by root 700',
	'status installing: downloading tools from http://10.0.2.2/x',
	'refused download: it is gone',
	'status failed: failed to download tools: curl: (22) The requested URL returned error: 404',
	'facts',
];
const facts: Facts = {
	datasource: 'DataSourceNoCloud [seed=/dev/sr0][dsmode=net]',
	cloudInitErrors: [],
	cloudInitWarnings: [],
	instanceId: 'the instance-id of the seed',
	hostName: failing.runnerName,
	hostNameResolves: true,
	groups: ['adm', 'cdrom', 'dialout', 'dip', 'docker', 'lxd', 'netdev', 'plugdev', 'sudo', 'video'],
	shell: '/bin/bash',
	sudo: true,
	authorizedKeys: [],
	service: '',
	serviceActive: false,
	serviceEnabled: false,
	owners: {},
	dependenciesBy: '',
	loginSessions: 1,
	leftOver: [],
	packages: {'garm-proof-base': '1', 'garm-proof-extra': ''},
	certificateTrusted: false,
	tokenForRoot: ['/root/x', '/var/lib/cloud/instances/x/user-data.txt'],
	tokenForRunner: [],
	tokenInJournalForRunner: false,
	tokenOnSeedForRunner: false,
};

test('a run as it should be has no problem, and what is worth knowing is noted', (t) => {
	const {problems, notes} = judge(failing, facts.instanceId, timeline, facts);
	t.deepEqual(problems, []);
	t.deepEqual(notes, ['root finds the token in /root/x']);
});

test('a run without a report of the guest is never as it should be', (t) => {
	t.deepEqual(judge(failing, facts.instanceId, timeline, undefined).problems, [
		'the guest sent no report of itself, or not a whole one',
	]);
	t.is(parseFacts({...facts, hostName: undefined}), undefined);
	t.is(parseFacts(undefined), undefined);
});

test('scripts that run in another order are a problem', (t) => {
	const [first = '', second = '', ...rest] = timeline;
	t.deepEqual(judge(failing, facts.instanceId, [second, first, ...rest], facts).problems, [
		'after "note 10-first by root 700", /^note 20-second by root 700$/ never came',
	]);
});

test('a status that comes after the last one is a problem', (t) => {
	t.deepEqual(
		judge(failing, facts.instanceId, [...timeline, 'status idle: runner successfully installed'], facts).problems,
		['the last status: "idle", not "failed"', 'before the last status came failed'],
	);
});

test('a call that GARM refused is a problem', (t) => {
	const refusal = "refused GET /api/v1/metadata/x: not this runner's token";
	t.deepEqual(judge(failing, facts.instanceId, [refusal, ...timeline], facts).problems, [`GARM ${refusal}`]);
});

const defects: readonly (readonly [string, Partial<Facts>])[] = [
	['another datasource', {datasource: 'DataSourceNone'}],
	['an error of cloud-init', {cloudInitErrors: ['x']}],
	['a warning of cloud-init', {cloudInitWarnings: ['Invalid cloud-config provided']}],
	['another instance-id', {instanceId: 'nocloud'}],
	['another host name', {hostName: 'localhost'}],
	['a host name without an address', {hostNameResolves: false}],
	['a group that lacks', {groups: ['sudo']}],
	['a key of nobody', {authorizedKeys: ['ssh-ed25519 AAAA']}],
	['a script that stays', {leftOver: ['/install_runner.sh']}],
	['an install script that never ran', {loginSessions: 0}],
	['a service that runs after a failure', {serviceActive: true}],
	['an upgrade that nobody wants', {packages: {'garm-proof-base': '2', 'garm-proof-extra': ''}}],
	['a CA of nobody', {certificateTrusted: true}],
	['a token that the runner user reads', {tokenForRunner: ['/tmp/x']}],
	['a token in the journal', {tokenInJournalForRunner: true}],
	['a token that the runner user reads from the drive', {tokenOnSeedForRunner: true}],
	['a token in a log of root', {tokenForRoot: ['/var/log/cloud-init-output.log']}],
];

for (const [title, change] of defects) {
	test(`one problem: ${title}`, (t) => {
		t.is(judge(failing, facts.instanceId, timeline, {...facts, ...change}).problems.length, 1);
	});
}

test("GARM's trace leaves the token in the log of the install script, and nowhere else", (t) => {
	const wrapper = caseOf('a');
	const log = '/var/log/garm-install.log';
	const problemsOf = (change: Partial<Facts>) =>
		judge(wrapper, facts.instanceId, timeline, {...facts, tokenForRoot: [log], ...change}).problems.filter((problem) =>
			/token|journal/.test(problem),
		);
	t.deepEqual(problemsOf({}), []);
	t.deepEqual(problemsOf({tokenForRunner: [log]}), [`where the runner user finds the token: ["${log}"], not []`]);
	t.deepEqual(problemsOf({tokenInJournalForRunner: true}), ['whether it finds it in the journal: true, not false']);
	t.is(problemsOf({tokenForRoot: [log, '/var/log/cloud-init-output.log']}).length, 1);
});
