/** Writes the fields of ISO 9660 (ECMA-119 section 7) into a block of bytes. */
export interface FieldWriter {
	readonly bytes: Uint8Array;
	byte(at: number, value: number): void;
	raw(at: number, value: Uint8Array): void;
	/** ASCII, padded with blanks to `length`. */
	text(at: number, value: string, length: number): void;
	/** UCS-2, big-endian, padded with blanks to `length` bytes. */
	wide(at: number, value: string, length: number): void;
	little32(at: number, value: number): void;
	big32(at: number, value: number): void;
	/** Both byte orders, one after the other. */
	both16(at: number, value: number): void;
	both32(at: number, value: number): void;
}

export function fieldWriter(size: number): FieldWriter {
	const bytes = new Uint8Array(size);
	const view = new DataView(bytes.buffer);
	return {
		bytes,
		byte: (at, value) => view.setUint8(at, value),
		raw: (at, value) => bytes.set(value, at),
		text: (at, value, length) => bytes.set(asciiOf(value.padEnd(length).slice(0, length)), at),
		wide: (at, value, length) => bytes.set(wideOf(value.padEnd(length / 2).slice(0, length / 2)), at),
		little32: (at, value) => view.setUint32(at, value, true),
		big32: (at, value) => view.setUint32(at, value),
		both16(at, value) {
			view.setUint16(at, value, true);
			view.setUint16(at + 2, value);
		},
		both32(at, value) {
			view.setUint32(at, value, true);
			view.setUint32(at + 4, value);
		},
	};
}

/** The bytes of an ASCII text. */
export function asciiOf(text: string): Uint8Array {
	return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A text in UCS-2, big-endian. */
export function wideOf(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length * 2);
	const view = new DataView(bytes.buffer);
	for (let n = 0; n < text.length; n++) view.setUint16(n * 2, text.charCodeAt(n));
	return bytes;
}
