import {terminator, volumeDescriptor} from './iso/descriptor.ts';
import {directoryExtent} from './iso/directory.ts';
import {jolietNaming, type Naming, plainNaming} from './iso/naming.ts';
import {pathTable} from './iso/path-table.ts';
import type {Extent} from './iso/record.ts';
import {sectorSize, sectorsFor} from './iso/sector.ts';
import {type Folder, foldersOf} from './iso/tree.ts';
import type {SeedFiles} from './render.ts';

// The first 16 sectors belong to the system; then two descriptors and their end.
const firstFreeSector = 19;

/**
 * The ISO 9660 image that holds the files, with Rock Ridge names for Linux and Joliet names for Windows. The same files
 * give the same bytes.
 */
export function seedImage({label, files}: SeedFiles): Uint8Array {
	const folders = foldersOf(files);
	const blocks: {readonly sector: number; readonly bytes: Uint8Array}[] = [];
	let next = firstFreeSector;
	const take = (size: number): Extent => {
		const extent = {sector: next, size};
		next += sectorsFor(size);
		return extent;
	};

	const trees = [plainNaming, jolietNaming].map((naming) => reserveTree(folders, naming, take));
	const contents = folders.flatMap((folder) => folder.files).sort((a, b) => a.index - b.index);
	const fileExtents = contents.map(({bytes}) => take(bytes.length));
	for (const [n, {bytes}] of contents.entries()) blocks.push({sector: fileExtents[n]?.sector ?? 0, bytes});

	for (const [n, tree] of trees.entries()) {
		const folderPlace = (folder: Folder) => tree.folders[folder.number - 1] ?? nowhere;
		const places = {folder: folderPlace, file: ({index}: {readonly index: number}) => fileExtents[index] ?? nowhere};
		for (const folder of folders) {
			blocks.push({sector: folderPlace(folder).sector, bytes: directoryExtent(folder, tree.naming, places)});
		}
		blocks.push({sector: tree.little.sector, bytes: pathTable(folders, tree.naming, folderPlace, 'little')});
		blocks.push({sector: tree.big.sector, bytes: pathTable(folders, tree.naming, folderPlace, 'big')});
		const descriptor = volumeDescriptor({
			label,
			joliet: !tree.naming.rockRidge,
			volumeSectors: next,
			pathTableSize: tree.little.size,
			littleTableSector: tree.little.sector,
			bigTableSector: tree.big.sector,
			root: tree.folders[0] ?? nowhere,
		});
		blocks.push({sector: 16 + n, bytes: descriptor});
	}
	blocks.push({sector: 18, bytes: terminator()});

	const image = new Uint8Array(next * sectorSize);
	for (const {sector, bytes} of blocks) image.set(bytes, sector * sectorSize);
	return image;
}

interface Tree {
	readonly naming: Naming;
	/** By the folder's number, less one. */
	readonly folders: readonly Extent[];
	readonly little: Extent;
	readonly big: Extent;
}

const nowhere: Extent = {sector: 0, size: 0};

/** The room that one of the two directory trees takes: sizes do not depend on where things lie. */
function reserveTree(folders: readonly Folder[], naming: Naming, take: (size: number) => Extent): Tree {
	const anywhere = {folder: () => nowhere, file: () => nowhere};
	const tableSize = pathTable(folders, naming, () => nowhere, 'little').length;
	return {
		naming,
		folders: folders.map((folder) => take(directoryExtent(folder, naming, anywhere).length)),
		little: take(tableSize),
		big: take(tableSize),
	};
}
