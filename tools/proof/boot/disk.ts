import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {provideTools} from './host-tools.ts';
import {NotRun} from './not-run.ts';
import {ownFile} from './own-files.ts';
import type {Tell} from './progress.ts';
import {runCommand} from './run-command.ts';

/** A bootable Debian with cloud-init in it, which nothing writes to. */
export interface Disk {
	readonly image: string;
	readonly kernel: string;
	readonly initrd: string;
	/** Folder of the package source that the guest knows. */
	readonly packages: string;
	/** Debian's version of cloud-init in it. */
	readonly cloudInit: string;
}

const recipe = ownFile('build-disk.sh');
const unusedMs = 14 * 86_400_000;

/** The disk out of the cache, built where the cache has none of this recipe (2-5 minutes); throws `NotRun` where it cannot be built. */
export async function provideDisk(rebuild: boolean, tell: Tell, signal: AbortSignal): Promise<Disk> {
	const cache = cacheFolder();
	const folder = path.join(cache, `boot-${await recipeDigest()}`);
	if (rebuild) await rm(folder, {recursive: true, force: true});
	if (await exists(folder)) tell(`the disk is in ${folder}`);
	else await buildDisk(cache, folder, tell, signal);
	const now = new Date();
	await utimes(folder, now, now);
	await removeUnused(cache, folder);
	return {
		image: path.join(folder, 'disk.ext4'),
		kernel: path.join(folder, 'vmlinuz'),
		initrd: path.join(folder, 'initrd'),
		packages: path.join(folder, 'packages'),
		cloudInit: (await readFile(path.join(folder, 'cloud-init.version'), 'utf8')).trim(),
	};
}

function cacheFolder(): string {
	const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
	return path.join(base, 'garm-provider-proxmox');
}

async function recipeDigest(): Promise<string> {
	return createHash('sha256')
		.update(await readFile(recipe))
		.digest('hex')
		.slice(0, 16);
}

async function buildDisk(cache: string, folder: string, tell: Tell, signal: AbortSignal): Promise<void> {
	await provideTools(['mmdebstrap', 'mke2fs', 'dpkg-deb'], tell, signal);
	if (process.getuid?.() !== 0) throw new NotRun('the disk is not in the cache, and only root can build it.');
	await mkdir(cache, {recursive: true});
	const work = await mkdtemp(path.join(cache, 'building-'));
	try {
		tell('building the disk; this is done once');
		const {ok, lastLines} = await runCommand([recipe, work], {
			signal,
			env: {PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`},
			onLine: (line) => {
				if (line.startsWith('stage ')) tell(`disk: ${line.slice('stage '.length)}`);
			},
		});
		if (!ok) throw new NotRun(`the disk could not be built:\n${lastLines.join('\n')}`);
		await rename(work, folder);
		tell(`the disk is built: ${folder}`);
	} finally {
		// A build that was cut off may have left mounts: what is behind them is not ours to remove.
		await promisify(execFile)('rm', ['-rf', '--one-file-system', work]);
	}
}

/** Takes away disks of other recipes that nobody has used for two weeks. */
async function removeUnused(cache: string, used: string): Promise<void> {
	for (const name of await readdir(cache)) {
		const folder = path.join(cache, name);
		if (!/^(?:boot|building)-/.test(name) || folder === used) continue;
		if (Date.now() - (await stat(folder)).mtimeMs > unusedMs) await rm(folder, {recursive: true, force: true});
	}
}

async function exists(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
