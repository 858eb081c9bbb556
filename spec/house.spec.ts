import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

const root = path.resolve(import.meta.dirname, '../..');

/** Who may import whom: a room of lib, what it may reach in lib, and which packages it may use. */
const doors: Readonly<Record<string, {readonly rooms: readonly string[]; readonly packages: readonly string[]}>> = {
	main: {
		rooms: [
			'command',
			'access',
			'doctor',
			'sweep',
			'config',
			'garm',
			'host',
			'pve',
			'seed',
			'runner',
			'log',
			'time',
			'collect',
			'fault',
		],
		packages: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:url', 'node:util', 'commander'],
	},
	command: {rooms: ['runner', 'doctor', 'sweep', 'time', 'log', 'fault'], packages: []},
	pve: {
		rooms: ['runner', 'access', 'doctor', 'time', 'log', 'fault'],
		packages: [
			'axios',
			'proxmox-api',
			'node:https',
			'node:http',
			'node:tls',
			'node:net',
			'node:crypto',
			'node:stream',
			'node:events',
		],
	},
	seed: {rooms: ['gotemplate', 'fault'], packages: ['mustache', 'node:fs', 'node:url', 'node:path', 'node:crypto']},
	gotemplate: {rooms: ['fault'], packages: []},
	garm: {
		rooms: ['fault', 'nearest', 'reasons', 'checks'],
		packages: ['axios', 'node:https', 'valibot', '@valibot/to-json-schema'],
	},
	config: {
		rooms: ['collect', 'fault', 'reasons', 'checks'],
		packages: [
			'@iarna/toml',
			'valibot',
			'@valibot/to-json-schema',
			'node:fs',
			'node:fs/promises',
			'node:crypto',
			'node:path',
		],
	},
	// node:crypto for its digests: a function of its input, like everything else here.
	runner: {rooms: ['fault'], packages: ['node:crypto']},
	access: {rooms: [], packages: []},
	doctor: {rooms: ['access', 'runner'], packages: []},
	sweep: {rooms: ['runner'], packages: []},
	host: {rooms: ['time'], packages: ['node:net']},
	time: {rooms: ['fault'], packages: ['node:timers/promises']},
	log: {rooms: ['fault'], packages: []},
	fault: {rooms: [], packages: []},
	collect: {rooms: ['fault'], packages: []},
	nearest: {rooms: [], packages: []},
	reasons: {rooms: ['nearest'], packages: ['valibot']},
	checks: {rooms: [], packages: ['valibot']},
};
const pureRooms = ['runner', 'access', 'doctor', 'sweep', 'gotemplate'];
const impureWords = /\b(?:Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|setInterval|await\b|globalThis)/;

interface SourceFile {
	readonly name: string;
	readonly room: string;
	readonly text: string;
	readonly imports: readonly string[];
}

async function sourcesOf(folder: string): Promise<readonly SourceFile[]> {
	const names = await readdir(path.join(root, folder), {recursive: true});
	return Promise.all(
		names
			.filter((name) => name.endsWith('.ts'))
			.map(async (name) => {
				const text = await readFile(path.join(root, folder, name), 'utf8');
				const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => target);
				return {name: `${folder}/${name}`, room: roomOf(name), text, imports};
			}),
	);
}

const roomOf = (name: string): string => (name.split(path.sep)[0] ?? '').replace(/\.ts$/, '');

function trespasses({name, room, imports}: SourceFile): readonly string[] {
	const door = doors[room];
	if (door === undefined) return [`${name}: lib/${room} has no door`];
	return imports.flatMap((target) => {
		if (!target.startsWith('.')) return door.packages.includes(target) ? [] : [`${name} -> ${target}`];
		const other = roomOf(path.relative(path.join(root, 'lib'), path.resolve(root, path.dirname(name), target)));
		return other === room || door.rooms.includes(other) ? [] : [`${name} -> ${target}`];
	});
}

test('every import of lib goes through a door', async (t) => {
	t.deepEqual((await sourcesOf('lib')).flatMap(trespasses), []);
});

test('the pure rooms know neither time nor chance nor the process', async (t) => {
	const sources = (await sourcesOf('lib')).filter(({room}) => pureRooms.includes(room));
	const impure = sources.filter(({text}) => impureWords.test(text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')));
	t.deepEqual(
		impure.map(({name}) => name),
		[],
	);
});

test('the simulator shares no line with what it judges', async (t) => {
	const sources = await sourcesOf('tools/simulator');
	const guilty = sources.filter(({imports}) => imports.some((target) => target.includes('/lib/')));
	t.deepEqual(
		guilty.map(({name}) => name),
		[],
	);
});

test('only tools and specs import the front doors of lib', async (t) => {
	const sources = (await sourcesOf('lib')).filter(({room}) => room !== 'main');
	const guilty = sources.filter(({imports}) => imports.some((target) => target.includes('/main/')));
	t.deepEqual(
		guilty.map(({name}) => name),
		[],
	);
});

test('no room is a drawer for everything', async (t) => {
	const rooms = (await readdir(path.join(root, 'lib'))).filter((name) => !name.endsWith('.ts'));
	t.deepEqual(
		rooms.filter((room) => /^(?:utils?|helpers?|common|misc|types|shared)$/.test(room)),
		[],
	);
});
