import test from 'ava';
import type {FaultCode} from '../../lib/fault.ts';
import {exitCodeOf} from '../../lib/garm/exit-code.ts';
import {providerInstance, type RunnerAnswer} from '../../lib/garm/instance.ts';
import {supportedInterfaceVersions} from '../../lib/garm/versions.ts';

const answer: RunnerAnswer = {name: 'garm-1', addresses: [], status: 'running', poolId: 'p-1'};

test('an instance has the keys that GARM reads, and its name is its id', (t) => {
	t.deepEqual(
		providerInstance({
			...answer,
			os: 'linux',
			arch: 'amd64',
			osName: 'ubuntu',
			osVersion: '24.04',
			addresses: ['10.0.0.5'],
		}),
		{
			provider_id: 'garm-1',
			name: 'garm-1',
			os_type: 'linux',
			os_name: 'ubuntu',
			os_version: '24.04',
			os_arch: 'amd64',
			addresses: [{address: '10.0.0.5', type: 'private'}],
			status: 'running',
			pool_id: 'p-1',
		},
	);
});

test('what is not known is not said', (t) => {
	t.deepEqual(providerInstance({...answer, poolId: '', os: '', status: 'unknown'}), {
		provider_id: 'garm-1',
		name: 'garm-1',
		addresses: [],
		status: 'unknown',
	});
});

test('a fault is padded base64 of its UTF-8 text: GARM’s []byte takes nothing else', (t) => {
	for (const fault of ['a', 'ab', 'abc', 'Unable to clone: Größe 漢字\nline']) {
		const {provider_fault: encoded} = providerInstance({...answer, status: 'error', fault}) as {provider_fault: string};
		t.is(encoded, Buffer.from(fault).toString('base64'));
		t.is(encoded.length % 4, 0);
	}
});

// GARM knows no other type (garm-provider-common params/params.go AddressType).
const typed = test.macro({
	exec: (t, address: string, type: 'public' | 'private' | 'none') => {
		const {addresses} = providerInstance({...answer, addresses: [address]}) as {addresses: readonly {type: string}[]};
		t.deepEqual(
			addresses.map((each) => each.type),
			type === 'none' ? [] : [type],
		);
	},
	title: (_, address: string, type: string) => `${address} is ${type === 'none' ? 'nothing to tell of' : type}`,
});
for (const address of [
	'10.1.2.3',
	'172.16.0.1',
	'172.31.255.254',
	'192.168.1.1',
	'100.64.0.1',
	'100.127.0.1',
	'fd00::1',
	'fc12::1',
	'FD00::1',
]) {
	test(typed, address, 'private');
}
for (const address of [
	'8.8.8.8',
	'172.15.0.1',
	'172.32.0.1',
	'100.63.0.1',
	'100.128.0.1',
	'192.169.0.1',
	'11.0.0.1',
	'2001:db8::1',
	'2a00::1',
]) {
	test(typed, address, 'public');
}
for (const address of [
	'127.0.0.1',
	'127.1.2.3',
	'169.254.1.1',
	'0.0.0.0',
	'::1',
	'::',
	'fe80::1',
	'FE80::1',
	'febf::1',
]) {
	test(typed, address, 'none');
}

test('GARM is told of two failures by a code of their own, of every other by 1', (t) => {
	const codes: readonly FaultCode[] = [
		'bad-request',
		'not-found',
		'duplicate',
		'refused',
		'busy',
		'unreachable',
		'task-failed',
		'timed-out',
		'bug',
	];
	t.deepEqual(codes.map(exitCodeOf), [1, 30, 31, 1, 1, 1, 1, 1, 1]);
});

test('v0.1.0 is recommended, v0.1.1 is spoken', (t) => {
	t.deepEqual(supportedInterfaceVersions, ['v0.1.0', 'v0.1.1']);
});
