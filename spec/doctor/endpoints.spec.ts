import test from 'ava';
import {checkEndpoints, checkToken} from '../../lib/doctor/endpoint-check.ts';
import type {EndpointFacts} from '../../lib/doctor/facts.ts';

const [one, two] = ['https://n1:8006', 'https://n2:8006'];
const fine = (url: string): EndpointFacts => ({url, tokenTaken: true, version: '8.4.21', roundTripMs: 12, skewMs: 0});
const silent = (url: string): EndpointFacts => ({url, trouble: {kind: 'silent', why: `${url} refuses`}});
const untrusted = (url: string): EndpointFacts => ({url, trouble: {kind: 'tls', why: `${url} is not trusted`}});
const refusing = (url: string): EndpointFacts => ({url, tokenTaken: false, skewMs: 0});
const levels = (...endpoints: readonly EndpointFacts[]) =>
	checkEndpoints(endpoints)
		.filter(({topic}) => topic === 'endpoint')
		.map(({level}) => level);

test('an address that is silent is a warning while another one answers', (t) => {
	t.deepEqual(levels(fine(one)), ['ok']);
	t.deepEqual(levels(silent(one), fine(two)), ['warning', 'ok']);
	t.deepEqual(levels(silent(one), silent(two)), ['failure', 'failure']);
});

test('an address that is not trusted is a failure where it is the first that answers', (t) => {
	t.deepEqual(levels(untrusted(one), fine(two)), ['failure', 'ok']);
	t.deepEqual(levels(fine(one), untrusted(two)), ['ok', 'warning']);
	t.deepEqual(levels(silent(one), untrusted(two)), ['warning', 'failure']);
});

test('a version before 8 is too old', (t) => {
	const [finding] = checkEndpoints([{...fine(one), version: '7.4-3'}]);
	t.like(finding, {level: 'failure', what: `${one} is Proxmox VE 7.4-3`});
});

test('a clock that is half a minute off is told with its direction', (t) => {
	const clock = (skewMs: number) => checkEndpoints([{...fine(one), skewMs}]).find(({topic}) => topic === 'clock');
	t.like(clock(29_000), {level: 'ok'});
	t.like(clock(95_000), {level: 'warning', what: `the clock of ${one} is 95 s ahead of ours`});
	t.like(clock(-95_000), {level: 'warning', what: `the clock of ${one} is 95 s behind ours`});
});

test('a token that is refused is a failure, and where only some addresses refuse it, they are of another cluster', (t) => {
	const id = 'garm@pve!provider';
	t.deepEqual(checkToken(id, [silent(one)]), []);
	t.like(checkToken(id, [fine(one)])[0], {level: 'ok'});
	t.like(checkToken(id, [refusing(one)])[0], {level: 'failure', what: `${one} does not take the token ${id}`});
	t.like(checkToken(id, [refusing(one), fine(two)])[0], {level: 'failure'});
	const [mixed] = checkToken(id, [fine(one), refusing(two)]);
	t.is(mixed?.level, 'warning');
	t.regex(mixed?.why ?? '', /different clusters/);
});
