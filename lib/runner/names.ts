import {digest} from './digest.ts';

const longestLabel = 63;
// NetBIOS: a Windows computer name has at most 15 characters.
const longestWindowsName = 15;

/** The VM's name in PVE: the runner's own where that is a DNS label, else the nearest label with a digest behind it. */
export function vmNameOf(runner: string): string {
	const label = runner
		.replace(/[^a-zA-Z0-9-]+/g, '-')
		.replace(/^-+/, '')
		.slice(0, longestLabel)
		.replace(/-+$/, '');
	if (label === runner) return label;
	const suffix = `-${digest(runner).slice(0, 8)}`;
	const stem = label.slice(0, longestLabel - suffix.length).replace(/-+$/, '');
	return (stem === '' ? 'runner' : stem) + suffix;
}

/** The guest's host name: the VM's name in lower case; on Windows at most 15 characters, and still one of its own. */
export function hostNameOf(runner: string, os: 'linux' | 'windows'): string {
	const name = vmNameOf(runner).toLowerCase();
	if (os === 'linux' || name.length <= longestWindowsName) return name;
	return `${name.slice(0, 4).replace(/-+$/, '')}-${digest(runner).slice(0, 10)}`;
}

/**
 * The instance id in a runner's seed, in the form of a UUID: cloud-init makes a folder of that name, which a runner's own
 * name may be too long for.
 */
export function instanceIdOf(controller: string, runner: string): string {
	const [, ...parts] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(digest(`${controller}/${runner}`)) ?? [];
	return parts.join('-');
}

/** What the seed files of all runners of a controller begin with. */
export function controllerSeedPrefix(controller: string): string {
	return `garm-seed-${digest(controller).slice(0, 8)}-`;
}

/** What every seed file of one runner begins with. */
export function seedPrefix(controller: string, runner: string): string {
	return `${controllerSeedPrefix(controller)}${digest(runner).slice(0, 16)}-`;
}

/** The file name of a seed; the digest of its content tells a seed of an earlier attempt from this one. */
export function seedFileName(controller: string, runner: string, contentDigest: string): string {
	return `${seedPrefix(controller, runner)}${contentDigest.slice(0, 12)}.iso`;
}
