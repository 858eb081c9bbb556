import test from 'ava';
import {parseExtraSpecs, type RunnerWishes} from '../../lib/garm/extra-specs.ts';
import {reasonsFrom} from '../helper/bad-request.ts';
import {bootstrap, type Json} from '../helper/bootstrap.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const nothing: RunnerWishes = {
	installTemplate: undefined,
	preInstallScripts: {},
	extraContext: {},
	disableUpdates: false,
	enableBootDebug: false,
	extraPackages: [],
	machine: {},
	fullClone: undefined,
	nodes: undefined,
	network: undefined,
};

for (const none of [null, undefined, {}]) {
	test(`${JSON.stringify(none) ?? 'absent'} wishes for nothing`, (t) => {
		t.deepEqual(parseExtraSpecs(none), nothing);
	});
}

test('what GARM injects is decoded', (t) => {
	const {extra_specs: specs} = bootstrap();
	t.regex(parseExtraSpecs(specs).installTemplate ?? '', /^#!\/bin\/bash\n/);
});

test('every key is read', (t) => {
	const specs = {
		runner_install_template: base64('#!/bin/sh\necho {{ .RunnerName }} ü'),
		pre_install_scripts: {'01-a.sh': base64('a'), '00-b.sh': '/wA='},
		extra_context: {GolangDownloadURL: 'https://go.example', 'with-dash': ''},
		disable_updates: true,
		enable_boot_debug: true,
		extra_packages: ['jq', 'docker.io'],
		cores: 4,
		sockets: 2,
		memory_mib: 8192,
		disk_gib: 40,
		cpu: 'host,flags=+aes',
		full_clone: false,
		nodes: ['pve1', 'pve-2'],
		network: {bridge: 'vmbr1', vlan: 20, model: 'virtio', mtu: 1400, firewall: true},
	};
	t.deepEqual(parseExtraSpecs(specs), {
		installTemplate: '#!/bin/sh\necho {{ .RunnerName }} ü',
		preInstallScripts: {'01-a.sh': Uint8Array.of(97), '00-b.sh': Uint8Array.of(255, 0)},
		extraContext: {GolangDownloadURL: 'https://go.example', 'with-dash': ''},
		disableUpdates: true,
		enableBootDebug: true,
		extraPackages: ['jq', 'docker.io'],
		machine: {cores: 4, sockets: 2, memoryMiB: 8192, diskGiB: 40, cpu: 'host,flags=+aes'},
		fullClone: false,
		nodes: ['pve1', 'pve-2'],
		network: {bridge: 'vmbr1', vlan: 20, model: 'virtio', mtu: 1400, firewall: true},
	});
});

test('an empty install template is none: with it a pool keeps GARM from adding its own', (t) => {
	t.is(parseExtraSpecs({runner_install_template: ''}).installTemplate, undefined);
	t.is(parseExtraSpecs({runner_install_template: '\n'}).installTemplate, undefined);
});

test('line breaks within base64 are passed over, as Go does', (t) => {
	const text = base64('#!/bin/sh\necho a long line that is wrapped\n');
	const specs = {runner_install_template: `${text.slice(0, 20)}\n${text.slice(20)}\n`};
	t.is(parseExtraSpecs(specs).installTemplate, '#!/bin/sh\necho a long line that is wrapped\n');
});

const refuses = test.macro({
	exec: (t, specs: unknown, ...expected: readonly string[]) =>
		t.deepEqual(
			reasonsFrom(() => parseExtraSpecs(specs)),
			expected,
		),
	title: (title = '') => title,
});
test(
	'an unknown key is told with the nearest known one',
	refuses,
	{extra_package: []},
	'extra_package is not known. Did you mean extra_packages?',
);
test('keys are read in one spelling, unlike in Go', refuses, {Cores: 4}, 'Cores is not known. Did you mean cores?');
test(
	'every unknown key is told, also within a key',
	refuses,
	{corse: 4, memory_mb: 8192, network: {brigde: 'vmbr0', tag: 5}},
	'network.brigde is not known. Did you mean bridge?',
	'network.tag is not known. Known keys: bridge, firewall, model, mtu, vlan.',
	'corse is not known. Did you mean cores?',
	'memory_mb is not known. Did you mean memory_mib?',
);
test(
	'a key that is near to none is told with all known ones',
	refuses,
	{security_groups: ['a']},
	'security_groups is not known. Known keys: cores, cpu, disable_updates, disk_gib, enable_boot_debug, extra_context, extra_packages, full_clone, memory_mib, network, nodes, pre_install_scripts, runner_install_template, sockets.',
);
test(
	'every wrong value is told at once, and none of them is shown',
	refuses,
	{
		runner_install_template: '#!/bin/bash s3cret',
		pre_install_scripts: {'00-a.sh': 's3cret', '01 b': 7},
		extra_context: {TOKEN: 7},
		disable_updates: 'yes',
		extra_packages: ['jq', ''],
		cores: 0,
		memory_mib: 8.5,
		cpu: 'host s3cret',
		nodes: [],
		network: {vlan: 5000, mtu: 100, model: 'ne2k'},
	},
	'runner_install_template must be a UTF-8 text in base64 (standard alphabet, padded).',
	'pre_install_scripts."00-a.sh" must be a text in base64 (standard alphabet, padded).',
	'pre_install_scripts."01 b" must be a text in base64 (standard alphabet, padded).',
	'extra_context.TOKEN must be a text.',
	'disable_updates must be true or false.',
	'extra_packages.1 must be a package name.',
	'cores must be a whole number from 1 to 8192.',
	'memory_mib must be a whole number from 16 to 16777216.',
	'cpu must be a CPU type such as "host".',
	'nodes must be a list of at least one node name.',
	'network.vlan must be a whole number from 1 to 4094.',
	'network.model must be one of virtio, e1000, e1000e, vmxnet3, rtl8139.',
	'network.mtu must be 1, or a whole number from 576 to 65520.',
);
test(
	'a template that is no UTF-8 is refused: its bytes would not arrive',
	refuses,
	{runner_install_template: '/w=='},
	'runner_install_template must be a UTF-8 text in base64 (standard alphabet, padded).',
);
test('null for a key is no value', refuses, {cores: null}, 'cores must be a whole number from 1 to 8192.');
for (const other of [[], ['a'], 'cores', 7, true]) {
	test(
		`${JSON.stringify(other)} is no object of keys`,
		refuses,
		other,
		'the document must be an object of known keys.',
	);
}
test(
	'a list is no table',
	refuses,
	{network: [], extra_context: [], pre_install_scripts: []},
	'pre_install_scripts must be a table of scripts in base64, each under its name.',
	'extra_context must be a table of texts, each under its name.',
	'network must be a table of known keys.',
);
test(
	'a name that JavaScript keeps for itself is told, not dropped',
	refuses,
	JSON.parse(
		'{"extra_context": {"constructor": "a"}, "pre_install_scripts": {"__proto__": ""}, "prototype": 1}',
	) as Json,
	'pre_install_scripts must be a table of scripts in base64, each under its name, none named __proto__.',
	'extra_context must be a table of texts, each under its name, none named constructor.',
	'prototype is not known. Known keys: cores, cpu, disable_updates, disk_gib, enable_boot_debug, extra_context, extra_packages, full_clone, memory_mib, network, nodes, pre_install_scripts, runner_install_template, sockets.',
);
