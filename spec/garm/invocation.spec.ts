import test from 'ava';
import {parseInvocation} from '../../lib/garm/invocation.ts';
import {reasonsFrom} from '../helper/bad-request.ts';

const base = {GARM_CONTROLLER_ID: 'c-1', GARM_PROVIDER_CONFIG_FILE: '/etc/garm/proxmox.toml'};
const configured = {controllerId: 'c-1', configFile: '/etc/garm/proxmox.toml'};
const scaleSet = 'My Scale Set-542b68dd-4b3d-459d-8531-34d5e779d4d6';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const reads = test.macro({
	exec: (t, env: Readonly<Record<string, string>>, expected: object) =>
		t.deepEqual(parseInvocation(env), expected as never),
	title: (title, env: Readonly<Record<string, string>>) => title ?? `${env.GARM_COMMAND} is read`,
});
for (const command of ['DeleteInstance', 'GetInstance', 'StartInstance', 'StopInstance']) {
	// runner/providers/v0.1.0/external.go: no GARM_POOL_ID.
	test(
		reads,
		{...base, GARM_COMMAND: command, GARM_INSTANCE_ID: 'r-1', GARM_INTERFACE_VERSION: 'v0.1.0'},
		{
			...configured,
			command,
			instanceId: 'r-1',
		},
	);
	test(
		`${command} of v0.1.1 is read, with the empty pool id that GARM sends for scale sets`,
		reads,
		{
			...base,
			GARM_COMMAND: command,
			GARM_INSTANCE_ID: 'r-1',
			GARM_INTERFACE_VERSION: 'v0.1.1',
			GARM_POOL_ID: '',
			GARM_POOL_EXTRASPECS: 'bnVsbA==',
		},
		{...configured, command, instanceId: 'r-1'},
	);
}
test(reads, {...base, GARM_COMMAND: 'RemoveAllInstances'}, {...configured, command: 'RemoveAllInstances'});
test(
	reads,
	{...base, GARM_COMMAND: 'ListInstances', GARM_POOL_ID: 'p-1'},
	{
		...configured,
		command: 'ListInstances',
		poolId: 'p-1',
	},
);
test(
	'a pool id that is no UUID is read',
	reads,
	{...base, GARM_COMMAND: 'ListInstances', GARM_POOL_ID: scaleSet},
	{
		...configured,
		command: 'ListInstances',
		poolId: scaleSet,
	},
);
test(
	'an empty pool id is read',
	reads,
	{...base, GARM_COMMAND: 'ListInstances', GARM_POOL_ID: ''},
	{
		...configured,
		command: 'ListInstances',
		poolId: '',
	},
);
test(
	reads,
	{...base, GARM_COMMAND: 'CreateInstance', GARM_POOL_ID: 'p-1'},
	{
		...configured,
		command: 'CreateInstance',
		poolId: 'p-1',
	},
);
test(reads, {...base, GARM_COMMAND: 'ValidatePoolInfo'}, {...configured, command: 'ValidatePoolInfo'});

for (const [written, meant] of [
	['Start', 'StartInstance'],
	['Stop', 'StopInstance'],
] as const) {
	test(`${written}, as GARM's docs write it, means ${meant}`, (t) => {
		t.is(parseInvocation({...base, GARM_COMMAND: written, GARM_INSTANCE_ID: 'r-1'}).command, meant);
	});
}

for (const command of [
	'GetVersion',
	'GetSupportedInterfaceVersions',
	'GetConfigJSONSchema',
	'GetExtraSpecsJSONSchema',
]) {
	test(
		`${command} needs no other variable, and no known interface version`,
		reads,
		{
			GARM_COMMAND: command,
			GARM_INTERFACE_VERSION: 'v9',
		},
		{command},
	);
}

for (const command of ['CreateInstance', 'ValidatePoolInfo']) {
	const env = {...base, GARM_COMMAND: command, GARM_INTERFACE_VERSION: 'v0.1.1', GARM_POOL_ID: ''};
	const expected = {...configured, command, ...(command === 'CreateInstance' ? {poolId: ''} : {})};
	const specs = {cores: 4, extra_context: {name: 'ünï'}};
	const text = base64(JSON.stringify(specs));
	test(
		`${command} reads GARM_POOL_EXTRASPECS from base64`,
		reads,
		{...env, GARM_POOL_EXTRASPECS: text},
		{
			...expected,
			poolExtraSpecs: specs,
		},
	);
	test(
		`${command} passes over line breaks in it, as Go does`,
		reads,
		{...env, GARM_POOL_EXTRASPECS: `${text.slice(0, 20)}\n${text.slice(20)}\n`},
		{...expected, poolExtraSpecs: specs},
	);
	for (const none of ['bnVsbA==', '']) {
		test(
			`${command} takes ${JSON.stringify(none)} for no extra specs`,
			reads,
			{...env, GARM_POOL_EXTRASPECS: none},
			expected,
		);
	}
	for (const broken of ['{"cores": 4}', base64('{"token": "s3cret'), base64('s3cret'), text.slice(1), '/w==']) {
		test(`${command} refuses ${broken.slice(0, 16)}… as GARM_POOL_EXTRASPECS, and shows nothing of it`, (t) => {
			t.deepEqual(
				reasonsFrom(() => parseInvocation({...env, GARM_POOL_EXTRASPECS: broken})),
				['GARM_POOL_EXTRASPECS must be the base64 of a JSON document.'],
			);
		});
	}
}

test('a delete does not fail by extra specs that it does not need', (t) => {
	const env = {...base, GARM_COMMAND: 'DeleteInstance', GARM_INSTANCE_ID: 'r-1', GARM_POOL_EXTRASPECS: '{}'};
	t.deepEqual(
		reasonsFrom(() => parseInvocation(env)),
		[],
	);
});

const refuses = test.macro({
	exec: (t, env: Readonly<Record<string, string>>, expected: readonly string[]) =>
		t.deepEqual(
			reasonsFrom(() => parseInvocation(env)),
			expected,
		),
	title: (title = '') => title,
});
test('a call without a command tells which program is for people', refuses, {}, [
	'GARM_COMMAND is missing. This program is started by GARM; garm-proxmox is the one for people.',
]);
test('an unknown command is told with the nearest known one', refuses, {...base, GARM_COMMAND: 'CreateInstanse'}, [
	'GARM_COMMAND "CreateInstanse" is not known. Did you mean CreateInstance?',
]);
test('a command in other letters is unknown', refuses, {...base, GARM_COMMAND: 'deleteinstance'}, [
	'GARM_COMMAND "deleteinstance" is not known. Did you mean DeleteInstance?',
]);
test('a command that is near to none is told with all known ones', (t) => {
	const [reason = ''] = reasonsFrom(() => parseInvocation({GARM_COMMAND: 'x'.repeat(5000)}));
	t.regex(reason, /Known commands: CreateInstance, DeleteInstance, .*GetExtraSpecsJSONSchema\.$/);
	t.true(reason.length < 500);
});
test(
	'every missing variable is told at once; an empty one is missing',
	refuses,
	{
		GARM_COMMAND: 'DeleteInstance',
		GARM_CONTROLLER_ID: '',
		GARM_INTERFACE_VERSION: 'v0.2.0',
	},
	[
		'GARM_INTERFACE_VERSION must be one of v0.1.0, v0.1.1.',
		'GARM_CONTROLLER_ID is missing.',
		'GARM_PROVIDER_CONFIG_FILE is missing.',
		'GARM_INSTANCE_ID is missing.',
	],
);
test(
	'a list without a pool id is refused: an empty answer would make GARM forget runners',
	refuses,
	{
		...base,
		GARM_COMMAND: 'ListInstances',
	},
	['GARM_POOL_ID is missing.'],
);
