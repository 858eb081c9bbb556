/** Bytes in a sector of a CD. */
export const sectorSize = 2048;

/** How many sectors `bytes` bytes take. */
export function sectorsFor(bytes: number): number {
	return Math.ceil(bytes / sectorSize);
}
