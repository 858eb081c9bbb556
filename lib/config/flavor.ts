import type {Config, Flavor} from './config.ts';

const written = /^(\d{1,4})c-(\d{1,5})g(?:-(\d{1,6})g)?$/;

/** The machine that a pool's flavor means, from the config or written as `4c-8g` or `4c-8g-40g`; else the reason why not. */
export function resolveFlavor({flavors}: Pick<Config, 'flavors'>, name: string): Flavor | string {
	if (Object.hasOwn(flavors, name)) return flavors[name] ?? {};
	const [, cores, memoryGiB, diskGiB] = (written.exec(name) ?? []).map(Number);
	if (cores !== undefined && memoryGiB !== undefined && cores > 0 && memoryGiB > 0 && diskGiB !== 0) {
		return {cores, memoryMiB: memoryGiB * 1024, ...(diskGiB === undefined || Number.isNaN(diskGiB) ? {} : {diskGiB})};
	}
	const known = Object.keys(flavors).sort();
	const list = known.length === 0 ? 'the config has none' : `the config has ${known.join(', ')}`;
	return `flavor ${JSON.stringify(name)} is not known: ${list}, or write it as 4c-8g or 4c-8g-40g.`;
}
