import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {load} from 'js-yaml';
import {renderSeed} from '../../lib/seed/render.ts';
import type {SeedInput} from '../../lib/seed/view.ts';
import {aSeedInput} from '../helper/a-seed.ts';
import {type FakeGarm, startFakeGarm} from './fake-garm.ts';

export const secrets = {
	instance: 'instance-token-eyJhbGciOiJIUzI1NiJ9',
	download: 'download-token-5ec4e7',
	registration: 'registration-token-AAAAB3',
} as const;

/** The programs that the scripts need of the machine that runs the specs. */
export const guestTools = ['bash', 'curl', 'tar', 'sha256sum', 'realpath'] as const;
const curl = '/usr/bin/curl';

/** What a run inside the guest came to. */
export interface Ending {
	readonly exitCode: number;
	/** Both streams. */
	readonly output: string;
}

/** A folder that stands for a guest's disk: a home, programs that would need root, and GARM within reach. */
export interface Guest {
	readonly folder: string;
	readonly garm: FakeGarm;
	/** The input that points at this guest's GARM, with changes. */
	input(changes?: Partial<SeedInput>): SeedInput;
	/** Puts a file below the folder. */
	write(name: string, text: string, mode?: number): Promise<void>;
	read(name: string): Promise<string>;
	/** The permission bits of a file. */
	mode(name: string): Promise<number>;
	/** Runs a text with a shell as the guest would; the paths of its root lie in the folder. */
	run(shell: 'bash' | 'sh', text: string): Promise<Ending>;
	/** Writes the files of a cloud-config and runs its runcmd, as cloud-init does. */
	boot(input: SeedInput): Promise<Ending>;
	/** The files below the folder, but for `except`, that hold one of the secrets. */
	leaks(...except: readonly string[]): Promise<readonly string[]>;
	/** Every call of a program that would need root, and of curl. */
	calls(): Promise<string>;
	close(): Promise<void>;
}

export async function startGuest(answers: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Guest> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-guest-'));
	const archive = await packRunner(folder);
	const garm = await startFakeGarm({...metadata, '/tools/runner.tar.gz': archive, ...answers});
	for (const name of ['home', 'tmp', 'etc/systemd/system', 'var/log', 'dev']) {
		await mkdir(path.join(folder, name), {recursive: true});
	}
	const guest: Guest = {
		folder,
		garm,
		input: (changes = {}) => ({
			...aSeedInput({
				callbackUrl: `${garm.url}/callbacks`,
				metadataUrl: `${garm.url}/metadata`,
				instanceToken: secrets.instance,
				tool: {
					downloadUrl: `${garm.url}/tools/runner.tar.gz`,
					fileName: 'runner.tar.gz',
					token: '',
					sha256: sha256(archive),
				},
			}),
			...changes,
		}),
		async write(name, text, mode = 0o644) {
			const file = path.join(folder, name);
			await mkdir(path.dirname(file), {recursive: true});
			await writeFile(file, text);
			await chmod(file, mode);
		},
		read: (name) => readFile(path.join(folder, name), 'utf8'),
		mode: async (name) => (await stat(path.join(folder, name))).mode & 0o777,
		async run(shell, text) {
			const name = 'install_runner.sh';
			await guest.write(name, inFolder(text, folder), 0o700);
			return runProgram(shell, [path.join(folder, name)], folder);
		},
		async boot(input) {
			const {write_files: files, runcmd} = cloudConfigOf(input);
			for (const file of files) {
				await guest.write(
					file.path,
					Buffer.from(file.content, 'base64').toString(),
					Number.parseInt(file.permissions, 8),
				);
				await guest.write(
					file.path,
					inFolder(await guest.read(file.path), folder),
					Number.parseInt(file.permissions, 8),
				);
			}
			await guest.write('runcmd', inFolder(asScript(runcmd), folder), 0o700);
			return runProgram('sh', [path.join(folder, 'runcmd')], folder);
		},
		async leaks(...except) {
			const names = await readdir(folder, {recursive: true});
			const found: string[] = [];
			for (const name of names) {
				const file = path.join(folder, name);
				if (except.includes(name) || !(await stat(file)).isFile()) continue;
				const text = await readFile(file, 'latin1');
				if (Object.values(secrets).some((secret) => text.includes(secret))) found.push(name);
			}
			return found;
		},
		calls: () => readFile(path.join(folder, 'calls'), 'utf8'),
		async close() {
			await garm.close();
			await rm(folder, {recursive: true, force: true});
		},
	};
	for (const [name, body] of Object.entries(programs(folder))) {
		await guest.write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >>'${folder}/calls'\n${body}\n`, 0o755);
	}
	await guest.write('calls', '');
	return guest;
}

interface CloudConfig {
	readonly write_files: readonly {readonly path: string; readonly content: string; readonly permissions: string}[];
	readonly runcmd: readonly (string | readonly string[])[];
}

/** The userdata of a Linux input as a YAML parser reads it. */
export function cloudConfigOf(input: SeedInput): CloudConfig & Readonly<Record<string, unknown>> {
	const userData = renderSeed(input).files.find(({path: name}) => name === 'user-data');
	return load(new TextDecoder().decode(userData?.bytes)) as CloudConfig & Readonly<Record<string, unknown>>;
}

/** The shell script that cloud-init makes of a list of commands (cloudinit/util.py shellify). */
export function asScript(commands: readonly (string | readonly string[])[]): string {
	const lines = commands.map((command) =>
		typeof command === 'string' ? command : command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '),
	);
	return ['#!/bin/sh', ...lines, ''].join('\n');
}

const metadata = {
	'/metadata/credentials/runner': '{"agentName":"garm-ny9heeqyw2rl"}',
	'/metadata/credentials/credentials': '{"scheme":"OAuth"}',
	'/metadata/credentials/credentials_rsaparams': '{"d":"private"}',
	'/metadata/system/service-name': 'actions.runner.example-org.garm-ny9heeqyw2rl\n',
	'/metadata/runner-registration-token/': secrets.registration,
} as const;

// Stand-ins for what needs root, or time, or the true user. A file `fails/NAME` makes one of them fail.
const programs = (folder: string) => ({
	sudo: 'while case $1 in --*) true ;; *) false ;; esac; do shift; done\nexec "$@"',
	systemctl: `if [ -e '${folder}/fails/systemctl-'"$1" ]; then echo "Job for $2 failed." >&2; exit 1; fi`,
	sleep: '',
	chown: '',
	chcon: '',
	install: 'if [ "$1" = -o ]; then shift 4; fi\nexec /usr/bin/install "$@"',
	su: [
		`if [ -e '${folder}/fails/su' ]; then echo "su: user runner does not exist" >&2; exit 1; fi`,
		'shift\n[ "$1" = -c ] && exec sh -c "$2"',
	].join('\n'),
	curl: `exec ${curl} "$@"`,
});

const runnerFiles = {
	'config.sh': [
		'#!/bin/bash',
		'printf "%s\\n" "$@" >>"$HOME/arguments"',
		'[ "$1" = remove ] && exit 0',
		'[ -n "$ACTIONS_RUNNER_INPUT_TOKEN" ] || exit 9',
		'if [ -e "$HOME/refused" ]; then echo "Http response code: NotFound from the forge" >&2; exit 1; fi',
		'printf \'{\\n  "agentId": 7,\\n  "agentName": "x"\\n}\\n\' >.runner',
	].join('\n'),
	'env.sh': '#!/bin/bash\necho "$PATH" >.path\n',
	'svc.sh': '#!/bin/bash\n[ "$1" = install ] && printf "actions.runner.x.service\\n" >.service\n',
	'bin/installdependencies.sh': '#!/bin/bash\necho installed >"$HOME/dependencies"\n',
	'bin/runsvc.sh': '#!/bin/bash\n',
} as const;

/** Lays the files of an unpacked runner into a guest. */
export async function layRunner(guest: Guest): Promise<void> {
	for (const [name, text] of Object.entries(runnerFiles)) await guest.write(`home/actions-runner/${name}`, text, 0o755);
}

async function packRunner(folder: string): Promise<Uint8Array> {
	const source = path.join(folder, 'packed');
	await mkdir(path.join(source, 'bin'), {recursive: true});
	for (const [name, text] of Object.entries(runnerFiles)) {
		await writeFile(path.join(source, name), text, {mode: 0o755});
	}
	await runProgram('tar', ['-czf', path.join(folder, 'runner.tar.gz'), '-C', source, '.'], folder);
	return readFile(path.join(folder, 'runner.tar.gz'));
}

function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

const rootPaths =
	/\/(?=etc\/systemd\/|etc\/udev\/|garm-pre-install|install_runner\.sh|garm-tell\.sh|var\/log\/garm|tmp\/real-|dev -maxdepth)/g;

function inFolder(text: string, folder: string): string {
	return text.replace(rootPaths, `${folder}/`);
}

function runProgram(program: string, args: readonly string[], folder: string): Promise<Ending> {
	const env = {PATH: `${folder}/bin:/usr/bin:/bin`, HOME: `${folder}/home`, TMPDIR: `${folder}/tmp`};
	return new Promise((resolve) => {
		execFile(program, args, {env, cwd: folder}, (error, stdout, stderr) =>
			resolve({exitCode: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr}),
		);
	});
}
