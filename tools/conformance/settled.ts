import type {Words} from './words.ts';

/** What is drawn or counted anew on each machine and in each run, and what stands for it. */
const drawn: readonly (readonly [RegExp, string])[] = [
	[/pveupload-[0-9a-f]{32}/g, 'pveupload-*'],
	[/\.tmp\.\d+/g, '.tmp.*'],
	[/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>'],
	[/\b(?:[0-9a-f]{2}:){31}[0-9a-f]{2}\b/gi, '<fingerprint>'],
	[/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, '<mac>'],
	[/\b[0-9a-f]{40}\b/g, '<digest>'],
	[/creation-qemu=[\d.]+,ctime=\d+/g, 'creation-qemu=*'],
	// A token's secret and a ticket, as the recorder hid them and as they are.
	[/<secret uuid>/g, '<uuid>'],
	[/^PVE:[^:]+:[0-9A-F]{8}::.*$/g, '<ticket>'],
	// The recording machine's wrapper, and what its resolver says of a name that nobody knows.
	[/qemu-img\.real/g, 'qemu-img'],
	[/(failed to get address info for: [^:]+): .*/gs, '$1: *'],
];

/** A text in the recording's own names, without what no two runs have in common. */
export const settled = (text: string, words: Words): string =>
	drawn.reduce((told, [pattern, name]) => told.replace(pattern, name), words.recorded(text));
