import {fieldWriter} from './field.ts';
import type {Naming} from './naming.ts';
import type {Extent} from './record.ts';
import type {Folder} from './tree.ts';

/** A path table (ECMA-119 section 9.4) in one byte order. */
export function pathTable(
	folders: readonly Folder[],
	naming: Naming,
	place: (folder: Folder) => Extent,
	order: 'little' | 'big',
): Uint8Array {
	const entries = folders.map((folder) => {
		const isRoot = folder.parent === folder;
		const identifier = isRoot ? Uint8Array.of(0) : naming.identify(folder.name, folder.parent, true);
		const entry = fieldWriter(8 + identifier.length + (identifier.length % 2));
		const {sector} = place(folder);
		entry.byte(0, identifier.length);
		if (order === 'little') {
			entry.little32(2, sector);
			entry.byte(6, folder.parent.number & 0xff);
			entry.byte(7, folder.parent.number >> 8);
		} else {
			entry.big32(2, sector);
			entry.byte(6, folder.parent.number >> 8);
			entry.byte(7, folder.parent.number & 0xff);
		}
		entry.raw(8, identifier);
		return entry.bytes;
	});
	return Uint8Array.from(entries.flatMap((entry) => [...entry]));
}
