import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {isFault} from '../../lib/fault.ts';
import {seedImage} from '../../lib/seed/image.ts';
import {renderSeed, type SeedFile, type SeedFiles} from '../../lib/seed/render.ts';
import {aSeedInput, aWindowsInput} from '../helper/a-seed.ts';
import {temporaryFolder} from '../helper/temporary-folder.ts';
import {skipWithout} from '../helper/tools.ts';

const megabyte = 2 ** 20;
const large = renderSeed(aSeedInput({installTemplate: `#!/bin/sh\n# ${'x'.repeat(5 * megabyte)}\n`}));
const crowded: SeedFiles = {
	label: 'config-2',
	files: [
		...Array.from({length: 40}, (_, n) => aFile(`content/${String(n).padStart(4, '0')}`, n * 37)),
		...Array.from({length: 8}, (_, n) => aFile(`folder-${n}/deeper/file`, n)),
		aFile(`a/${'n'.repeat(64)}`, 5000),
		aFile(`a/${'N'.repeat(60)}.ext`, 1),
		aFile('a/Upper.Case', 2048),
		aFile('a/upper_case', 2049),
		aFile('a/blank and+plus_dash-.txt', 4096),
		aFile('empty', 0),
	],
};

const images: Readonly<Record<string, SeedFiles>> = {
	'a Linux seed': renderSeed(aSeedInput()),
	'a Windows seed': renderSeed(aWindowsInput()),
	'a Windows seed for NoCloud': renderSeed(aWindowsInput({format: 'nocloud'})),
	'a seed with userdata of almost 8 MiB': large,
	'an image of many files and long names': crowded,
};

function aFile(name: string, size: number): SeedFile {
	return {path: name, bytes: Uint8Array.from({length: size}, (_, n) => (n * 31 + name.length) & 0xff)};
}

/** How a reader gives back the files of an image, each by its path; `folder` is empty and its own. */
type Reader = (image: string, folder: string) => Readonly<Record<string, string>>;

const readers: Readonly<Record<string, {readonly tool: string; readonly read: Reader}>> = {
	'isoinfo -J': {tool: 'isoinfo', read: (image) => readByIsoinfo(image, '-J')},
	'isoinfo -R': {tool: 'isoinfo', read: (image) => readByIsoinfo(image, '-R')},
	bsdtar: {
		tool: 'bsdtar',
		read(image, folder) {
			run('bsdtar', '-xf', image, '-C', folder);
			return filesBelow(folder);
		},
	},
	xorriso: {
		tool: 'xorriso',
		read(image, folder) {
			run('xorriso', '-abort_on', 'WARNING', '-osirrox', 'on', '-indev', image, '-extract', '/', `${folder}/out`);
			return filesBelow(path.join(folder, 'out'));
		},
	},
};

for (const [reader, {tool, read}] of Object.entries(readers)) {
	test(`${reader} reads back every file of every image as it was`, (t) => {
		if (skipWithout(t, tool)) return;
		for (const [what, seed] of Object.entries(images)) {
			const folder = temporaryFolder(t);
			mkdirSync(path.join(folder, 'read'));
			const found = read(imageFile(folder, seed), path.join(folder, 'read'));
			t.deepEqual(found, digestsOf(seed), what);
		}
	});
}

test('blkid tells each image by the label that its reader looks for', (t) => {
	if (skipWithout(t, 'blkid')) return;
	for (const [what, seed] of Object.entries(images)) {
		const told = run('blkid', '-p', '-o', 'export', imageFile(temporaryFolder(t), seed));
		t.regex(told, new RegExp(`^LABEL=${seed.label}$`, 'm'), what);
		t.regex(told, /^TYPE=iso9660$/m, what);
	}
});

test('the same files give the same bytes, in whatever order they come', (t) => {
	const {label, files} = crowded;
	t.is(digest(seedImage({label, files: [...files].reverse()})), digest(seedImage(crowded)));
});

test('an image is a whole number of sectors, and its size stands in it', (t) => {
	for (const [what, seed] of Object.entries(images)) {
		const image = seedImage(seed);
		t.is(image.length % 2048, 0, what);
		t.is(new DataView(image.buffer).getUint32(16 * 2048 + 80, true), image.length / 2048, what);
	}
});

test('userdata of more than 8 MiB is refused with both sizes', (t) => {
	const fault = t.throws(() => renderSeed(aSeedInput({installTemplate: 'x'.repeat(7 * megabyte)})));
	t.true(isFault(fault, 'bad-request'));
	t.true((large.files[1]?.bytes.length ?? 0) > 6 * megabyte);
	t.regex(
		fault?.message ?? '',
		/^The seed cannot be used: the userdata has \d{7} bytes; at most 8388608 are possible\.$/,
	);
});

test('a name that no reader would give back whole is refused', (t) => {
	for (const name of ['n'.repeat(65), `a/${'n'.repeat(65)}/b`, 'a//b', '/a', 'a/', 'a/../b', '.', 'a:b', 'a*b', 'ä']) {
		t.throws(
			() => void seedImage({label: 'cidata', files: [aFile(name, 1)]}),
			{message: /cannot be in a seed image/},
			name,
		);
	}
	t.throws(() => void seedImage({label: 'cidata', files: [aFile('a', 1), aFile('a', 2)]}), {message: /twice/});
});

function imageFile(folder: string, seed: SeedFiles): string {
	const file = path.join(folder, 'seed.iso');
	writeFileSync(file, seedImage(seed));
	return file;
}

function digestsOf({files}: SeedFiles): Readonly<Record<string, string>> {
	return sorted(files.map((file) => [file.path, digest(file.bytes)]));
}

function filesBelow(folder: string): Readonly<Record<string, string>> {
	const names = readdirSync(folder, {recursive: true}) as readonly string[];
	const files = names.filter((name) => statSync(path.join(folder, name)).isFile());
	return sorted(files.map((name) => [name, digest(readFileSync(path.join(folder, name)))]));
}

function readByIsoinfo(image: string, tree: '-J' | '-R'): Readonly<Record<string, string>> {
	const names = run('isoinfo', tree, '-f', '-i', image).trim().split('\n');
	const listing = run('isoinfo', tree, '-l', '-i', image);
	const folders = new Set([...listing.matchAll(/^Directory listing of (.*)\/$/gm)].map(([, name]) => name));
	const files = names.filter((name) => !folders.has(name));
	return sorted(files.map((name) => [name.slice(1), digest(runForBytes('isoinfo', tree, '-x', name, '-i', image))]));
}

function sorted(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
	return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

function run(program: string, ...args: readonly string[]): string {
	return Buffer.from(runForBytes(program, ...args)).toString();
}

function runForBytes(program: string, ...args: readonly string[]): Uint8Array {
	const {status, stdout, stderr} = spawnSync(program, args, {maxBuffer: 2 ** 28});
	if (status !== 0) throw new Error(`${program} ended with ${status}: ${bytesToText(stderr)}`);
	return stdout;
}

function bytesToText(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes).slice(-500);
}
