import test from 'ava';
import {resolveFlavor} from '../../lib/config/flavor.ts';
import {resolveImage} from '../../lib/config/image.ts';

const flavors = {small: {cores: 2, memoryMiB: 4096}, '4c-8g': {cores: 1}};

const means = test.macro({
	exec: (t, name: string, expected: object) => t.deepEqual(resolveFlavor({flavors}, name), expected),
	title: (_, name: string) => `the flavor ${name} is known`,
});
test(means, 'small', {cores: 2, memoryMiB: 4096});
test(means, '2c-4g', {cores: 2, memoryMiB: 4096});
test(means, '16c-64g-200g', {cores: 16, memoryMiB: 65_536, diskGiB: 200});
test('the config goes before what a name says', means, '4c-8g', {cores: 1});

for (const name of [
	'',
	'huge',
	'4c',
	'0c-8g',
	'4c-0g',
	'4c-8g-0g',
	'4C-8G',
	'4c-8g-40',
	'4c-8.5g',
	' 4c-8g',
	'constructor',
	'__proto__',
	'12345c-8g',
]) {
	test(`the flavor ${JSON.stringify(name)} is not known, and the known ones are named`, (t) => {
		const reason = resolveFlavor({flavors}, name);
		t.is(
			reason,
			`flavor ${JSON.stringify(name)} is not known: the config has 4c-8g, small, or write it as 4c-8g or 4c-8g-40g.`,
		);
	});
}

test('where the config has no flavors, it says so', (t) => {
	t.is(
		resolveFlavor({flavors: {}}, 'huge'),
		'flavor "huge" is not known: the config has none, or write it as 4c-8g or 4c-8g-40g.',
	);
});

const images = {ubuntu: {template: 9000, os: 'linux'}, '9001': {template: 'by-alias'}} as const;

const stands = test.macro({
	exec: (t, name: string, expected: object) => t.deepEqual(resolveImage({images}, name), expected as never),
	title: (_, name: string) => `the image ${JSON.stringify(name)} stands for a template`,
});
test(stands, 'ubuntu', {template: 9000, os: 'linux'});
test(stands, '9001', {template: 'by-alias'});
test(stands, '9000', {template: 9000});
test(stands, 'ubuntu-24.04-runner', {template: 'ubuntu-24.04-runner'});
test(stands, '99', {template: '99'});
test(stands, '0900', {template: '0900'});
test(stands, 'constructor', {template: 'constructor'});
