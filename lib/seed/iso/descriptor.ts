import {asciiOf, fieldWriter} from './field.ts';
import {directoryRecord, type Extent} from './record.ts';
import {sectorSize} from './sector.ts';

/** What a volume descriptor has to tell of its directory tree. */
export interface VolumeOrder {
	readonly label: string;
	readonly joliet: boolean;
	readonly volumeSectors: number;
	readonly pathTableSize: number;
	readonly littleTableSector: number;
	readonly bigTableSector: number;
	readonly root: Extent;
}

const undated = asciiOf('0000000000000000');
const dated = asciiOf('2024010100000000');

/** A primary (ECMA-119 section 8.4) or, for Joliet, supplementary volume descriptor. */
export function volumeDescriptor(order: VolumeOrder): Uint8Array {
	const sector = fieldWriter(sectorSize);
	const text = order.joliet ? sector.wide : sector.text;
	sector.byte(0, order.joliet ? 2 : 1);
	sector.raw(1, asciiOf('CD001'));
	sector.byte(6, 1);
	text(8, '', 32);
	text(40, order.label, 32);
	sector.both32(80, order.volumeSectors);
	// UCS-2 level 3.
	if (order.joliet) sector.raw(88, asciiOf('%/E'));
	sector.both16(120, 1);
	sector.both16(124, 1);
	sector.both16(128, sectorSize);
	sector.both32(132, order.pathTableSize);
	sector.little32(140, order.littleTableSector);
	sector.big32(148, order.bigTableSector);
	sector.raw(
		156,
		directoryRecord({identifier: Uint8Array.of(0), extent: order.root, isFolder: true, systemUse: new Uint8Array()}),
	);
	for (const [at, length] of [
		[190, 128],
		[318, 128],
		[446, 128],
		[574, 128],
		[702, 37],
		[739, 37],
		[776, 37],
	] as const) {
		text(at, '', length - (order.joliet ? length % 2 : 0));
	}
	for (const at of [813, 830]) sector.raw(at, dated);
	for (const at of [847, 864]) sector.raw(at, undated);
	sector.byte(881, 1);
	return sector.bytes;
}

/** The descriptor that ends the set. */
export function terminator(): Uint8Array {
	const sector = fieldWriter(sectorSize);
	sector.byte(0, 255);
	sector.raw(1, asciiOf('CD001'));
	sector.byte(6, 1);
	return sector.bytes;
}
