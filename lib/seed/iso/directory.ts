import type {Naming} from './naming.ts';
import {directoryRecord, type Extent, rockRidgeFields, rockRidgeMarker} from './record.ts';
import {sectorSize} from './sector.ts';
import type {Folder, TreeFile} from './tree.ts';

/** Where everything lies that a folder's records point at. */
export interface Places {
	folder(folder: Folder): Extent;
	file(file: TreeFile): Extent;
}

/** The extent of a folder: its records in order, none across the border of a sector. */
export function directoryExtent(folder: Folder, naming: Naming, places: Places): Uint8Array {
	const records = recordsOf(folder, naming, places);
	const sectors: Uint8Array[] = [];
	let at = sectorSize;
	for (const record of records) {
		if (at + record.length > sectorSize) {
			sectors.push(new Uint8Array(sectorSize));
			at = 0;
		}
		sectors.at(-1)?.set(record, at);
		at += record.length;
	}
	const extent = new Uint8Array(sectors.length * sectorSize);
	for (const [n, sector] of sectors.entries()) extent.set(sector, n * sectorSize);
	return extent;
}

function recordsOf(folder: Folder, naming: Naming, places: Places): readonly Uint8Array[] {
	const own = rockRidge(
		naming,
		folder.parent === folder ? rockRidgeMarker() : new Uint8Array(),
		rockRidgeFields('', true),
	);
	const above = rockRidge(naming, rockRidgeFields('', true));
	const entries = [
		...folder.folders.map((each) => ({
			identifier: naming.identify(each.name, folder, true),
			extent: places.folder(each),
			isFolder: true,
			systemUse: rockRidge(naming, rockRidgeFields(each.name, true)),
		})),
		...folder.files.map((each) => ({
			identifier: naming.identify(each.name, folder, false),
			extent: places.file(each),
			isFolder: false,
			systemUse: rockRidge(naming, rockRidgeFields(each.name, false)),
		})),
	];
	return [
		{identifier: Uint8Array.of(0), extent: places.folder(folder), isFolder: true, systemUse: own},
		{identifier: Uint8Array.of(1), extent: places.folder(folder.parent), isFolder: true, systemUse: above},
		...entries.sort((a, b) => compareBytes(a.identifier, b.identifier)),
	].map(directoryRecord);
}

function rockRidge({rockRidge: inUse}: Naming, ...fields: readonly Uint8Array[]): Uint8Array {
	return inUse ? Uint8Array.from(fields.flatMap((field) => [...field])) : new Uint8Array();
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
	const differs = a.findIndex((byte, n) => byte !== b[n]);
	return differs === -1 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? 0);
}
