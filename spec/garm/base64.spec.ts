import test from 'ava';
import {decodeBase64, decodeBase64Text, encodeBase64} from '../../lib/garm/base64.ts';

// What Go's encoding/json does with a []byte, run with Go 1.19: standard alphabet, padded; \r and \n are passed over.
const takes = test.macro({
	exec: (t, text: string, expected: string) => t.is(decodeBase64Text(text), expected),
	title: (_, text: string) => `Go takes ${JSON.stringify(text)} for base64, and so do we`,
});
test(takes, '', '');
test(takes, 'aGk=', 'hi');
test(takes, 'aGkhCg==', 'hi!\n');
test(takes, 'aG\nk=', 'hi');
test(takes, 'aGk=\r\n', 'hi');
test(takes, 'aGkhCg=\n=', 'hi!\n');
test(takes, 'w7w+Pz8=', 'ü>??');

const refuses = test.macro({
	exec: (t, text: string) => t.is(decodeBase64(text), undefined),
	title: (_, text: string) => `Go refuses ${JSON.stringify(text)} as base64, and so do we`,
});
for (const text of [
	'aGk',
	'aGk==',
	'plain text',
	'a_-=',
	' aGk=',
	'aGk= ',
	'aGk=\t',
	'=',
	'====',
	'aG=k',
	'#!/bin/bash',
]) {
	test(refuses, text);
}

test('what is encoded is padded, and comes back whole', (t) => {
	for (const text of ['', 'a', 'ab', 'abc', 'ünïcødé 漢字 🚀', '\u0000\u00ff']) {
		const encoded = encodeBase64(text);
		t.is(encoded, Buffer.from(text).toString('base64'));
		t.is(decodeBase64Text(encoded), text);
	}
});

test('bytes that are no UTF-8 are no text', (t) => {
	t.is(decodeBase64Text('/w=='), undefined);
	t.deepEqual([...(decodeBase64('/w==') ?? [])], [255]);
});
