import {access, constants} from 'node:fs/promises';
import path from 'node:path';
import {NotRun} from './not-run.ts';
import type {Tell} from './progress.ts';
import {runCommand} from './run-command.ts';

/** Programs that the proof starts, each with Debian's package of it. */
const packages = {
	'qemu-system-x86_64': 'qemu-system-x86',
	mmdebstrap: 'mmdebstrap',
	mke2fs: 'e2fsprogs',
	'dpkg-deb': 'dpkg',
	tar: 'tar',
} as const;

export type HostTool = keyof typeof packages;

/** Makes sure that the machine has the programs, by apt-get where one is missing; throws `NotRun` where it cannot have them. */
export async function provideTools(tools: readonly HostTool[], tell: Tell, signal: AbortSignal): Promise<void> {
	if (process.arch !== 'x64') throw new NotRun(`the disk is for x86-64, and this machine is ${process.arch}.`);
	const missing = await missingOf(tools);
	if (missing.length === 0) return;
	const names = missing.map((tool) => packages[tool]);
	const byHand = `apt-get update && apt-get install --no-install-recommends ${names.join(' ')}`;
	const reason = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
	if ((await findProgram('apt-get')) === undefined) throw new NotRun(`${reason}, and there is no apt-get here.`);
	if (process.getuid?.() !== 0) throw new NotRun(`${reason}. As root: ${byHand}`);
	tell(`installing ${names.join(', ')}`);
	const env = {DEBIAN_FRONTEND: 'noninteractive'};
	await runCommand(['apt-get', 'update', '-qq'], {signal, env});
	const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names];
	const {ok, lastLines} = await runCommand(install, {signal, env});
	if (!ok) throw new NotRun(`${reason}, and apt-get could not install them:\n${lastLines.join('\n')}`);
	const still = await missingOf(tools);
	if (still.length > 0)
		throw new NotRun(`apt-get installed ${names.join(', ')}, but ${still.join(', ')} cannot be found.`);
}

async function missingOf(tools: readonly HostTool[]): Promise<readonly HostTool[]> {
	const found = await Promise.all(tools.map(findProgram));
	return tools.filter((_, n) => found[n] === undefined);
}

async function findProgram(name: string): Promise<string | undefined> {
	// What only root uses is not on everybody's PATH.
	const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
	for (const folder of folders) {
		const file = path.join(folder, name);
		if (folder !== '' && (await canRun(file))) return file;
	}
	return undefined;
}

async function canRun(file: string): Promise<boolean> {
	return access(file, constants.X_OK).then(
		() => true,
		() => false,
	);
}
