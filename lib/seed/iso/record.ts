import {asciiOf, fieldWriter} from './field.ts';

/** Where the data of a folder or file lies. */
export interface Extent {
	readonly sector: number;
	readonly size: number;
}

/** One directory record. */
export interface RecordOrder {
	readonly identifier: Uint8Array;
	readonly extent: Extent;
	readonly isFolder: boolean;
	/** Rock Ridge and SUSP fields; empty in the Joliet tree. */
	readonly systemUse: Uint8Array;
}

// The same input gives the same bytes: nothing in the image is dated by the clock.
const recordedAt = [124, 1, 1, 0, 0, 0, 0];

/** A directory record (ECMA-119 section 9.1). */
export function directoryRecord({identifier, extent, isFolder, systemUse}: RecordOrder): Uint8Array {
	const bare = 33 + identifier.length;
	const padded = bare + (bare % 2);
	const length = padded + systemUse.length + (systemUse.length % 2);
	const record = fieldWriter(length);
	record.byte(0, length);
	record.both32(2, extent.sector);
	record.both32(10, extent.size);
	record.raw(18, Uint8Array.from(recordedAt));
	record.byte(25, isFolder ? 2 : 0);
	record.both16(28, 1);
	record.byte(32, identifier.length);
	record.raw(33, identifier);
	record.raw(padded, systemUse);
	return record.bytes;
}

/** SUSP's SP and ER fields: they tell a reader that Rock Ridge is in use; first in the root's own record. */
export function rockRidgeMarker(): Uint8Array {
	const id = asciiOf('RRIP_1991A');
	const extension = Uint8Array.from([...asciiOf('ER'), 8 + id.length, 1, id.length, 0, 0, 1, ...id]);
	return Uint8Array.from([...asciiOf('SP'), 7, 1, 0xbe, 0xef, 0, ...extension]);
}

/** Rock Ridge's PX field, and NM where the entry has a name. */
export function rockRidgeFields(name: string, isFolder: boolean): Uint8Array {
	const attributes = fieldWriter(36);
	attributes.raw(0, asciiOf('PX'));
	attributes.byte(2, 36);
	attributes.byte(3, 1);
	// S_IFDIR with 0555, S_IFREG with 0444.
	attributes.both32(4, isFolder ? 0o040555 : 0o100444);
	attributes.both32(12, isFolder ? 2 : 1);
	if (name === '') return attributes.bytes;
	const text = new TextEncoder().encode(name);
	return Uint8Array.from([...attributes.bytes, ...asciiOf('NM'), 5 + text.length, 1, 0, ...text]);
}
