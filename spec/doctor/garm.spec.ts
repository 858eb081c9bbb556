import test from 'ava';
import {checkGarm, type GarmContext, type GarmSection} from '../../lib/doctor/garm-check.ts';

const section: GarmSection = {
	name: 'proxmox',
	interfaceVersion: 'v0.1.0',
	executable: '/opt/provider.js',
	environmentVariables: ['PATH'],
};
const context: GarmContext = {
	garmConfig: '/etc/garm/config.toml',
	config: '/etc/garm/proxmox.toml',
	nodeWithoutPath: false,
	createSeconds: 1020,
	operationSeconds: 300,
	spokenVersions: ['v0.1.0', 'v0.1.1'],
};
const findings = (changes: Partial<GarmSection> = {}, around: Partial<GarmContext> = {}) =>
	checkGarm([{...section, ...changes}], {...context, ...around}).map(({level, what}) => `${level}: ${what}`);

test('a section as README.md has it is in order', (t) => {
	t.deepEqual(findings(), ['ok: provider proxmox of GARM starts it as it should']);
	t.deepEqual(findings({interfaceVersion: ''}), findings());
});

test('a config that no section names is a failure', (t) => {
	t.like(checkGarm([], context)[0], {level: 'failure'});
});

test('v0.1.1 is a warning, since GARM fails on its every list; an unknown version is a failure, since GARM does not start', (t) => {
	t.deepEqual(findings({interfaceVersion: 'v0.1.1'}), ['warning: provider proxmox uses interface v0.1.1']);
	t.deepEqual(findings({interfaceVersion: 'v2'}), ['failure: provider proxmox asks for interface v2']);
});

test('an executable that GARM cannot start is a failure', (t) => {
	t.deepEqual(findings({executableProblem: 'is not there'}), [
		'failure: GARM cannot start the executable of provider proxmox',
	]);
});

test('without PATH node has to lie where a shell looks for it by itself', (t) => {
	t.regex(findings({environmentVariables: []}).join(), /^failure: provider proxmox is started without PATH/);
	t.deepEqual(findings({environmentVariables: []}, {nodeWithoutPath: true}), findings());
	t.deepEqual(findings({environmentVariables: ['LANG', 'PA']}), findings(), 'GARM takes names for prefixes');
	t.regex(findings({environmentVariables: ['PATHS']}).join(), /^failure/);
});

test('a time-out of GARM that is shorter than the provider’s own is a warning', (t) => {
	t.deepEqual(findings({execTimeoutSeconds: 60}), [
		'warning: provider proxmox is killed after 60 s (exec_timeout_seconds)',
	]);
	t.deepEqual(findings({execTimeoutSeconds: 1020}), findings());
	t.deepEqual(findings({execTimeoutSeconds: 0}), findings());
});
