import test from 'ava';
import {redactor} from '../../lib/log/redact.ts';

const token = '3f8b1c2d-9a4e-4b7f-8c6d-5e0f1a2b3c4d';
const hard = `p@s"w\\o/r&d<'ü é+\n>%`;

const hides = test.macro({
	exec(t, spell: (secret: string) => string) {
		for (const secret of [token, hard, 'abcdef', 'a'.repeat(300), '漢字漢字漢字🚀']) {
			const told = redactor([secret])(`before ${spell(secret)} after`);
			t.regex(told, /^before .*\[secret\].* after$/s);
			t.false(told.includes(spell(secret)));
			// Of base64 at most the letters at the ends are left, and no piece of the secret can be read from them.
			t.true(told.length <= 'before [secret] after'.length + 16, told);
		}
	},
	title: (title = '') => `a secret is hidden ${title}`,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
test('as it is', hides, (secret) => secret);
test('in JSON', hides, (secret) => JSON.stringify(secret).slice(1, -1));
test('in JSON within JSON', hides, (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3));
test('in the JSON that Go writes', hides, (secret) =>
	JSON.stringify(secret)
		.slice(1, -1)
		.replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
);
test('in JSON of ASCII letters alone', hides, (secret) =>
	JSON.stringify(secret)
		.slice(1, -1)
		.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
);
test('in a path', hides, encodeURIComponent);
test('in a path, in small letters', hides, (secret) =>
	encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (letters) => letters.toLowerCase()),
);
test('in a path, every byte encoded', hides, (secret) =>
	Array.from(Buffer.from(secret), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
);
test('in a form', hides, (secret) => new URLSearchParams({x: secret}).toString().slice(2));
test('in HTML', hides, (secret) =>
	secret.replace(/[&<>"']/g, (letter) => `&${{'&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39'}[letter]};`),
);
test('in hex', hides, (secret) => Buffer.from(secret).toString('hex'));
test('in hex, in capitals', hides, (secret) => Buffer.from(secret).toString('hex').toUpperCase());
test('in base64', hides, base64);
test('in base64 without padding', hides, (secret) => base64(secret).replace(/=+$/, ''));
test('in base64 for URLs', hides, (secret) => Buffer.from(secret).toString('base64url'));
for (const before of ['a', 'ab', 'abc', 'user:']) {
	test(`in the base64 of something longer, ${before.length} bytes in`, hides, (secret) =>
		base64(`${before}${secret}: z`),
	);
}

test('several secrets are hidden everywhere, the longer one first', (t) => {
	const hide = redactor(['secret-one', 'secret-one-and-more', 'other-secret']);
	t.is(hide('secret-one-and-more, other-secret, secret-one, secret-one'), '[secret], [secret], [secret], [secret]');
});

test('what is too short is no secret, and no secret changes nothing', (t) => {
	t.is(redactor(['', 'abc'])('abc abc'), 'abc abc');
	t.is(redactor([])('anything'), 'anything');
});

test('letters that mean something in a pattern are letters', (t) => {
	t.is(redactor(['a.c*(x)|[b]'])('a.c*(x)|[b] abcc'), '[secret] abcc');
});
