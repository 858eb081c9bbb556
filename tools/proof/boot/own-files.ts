import {fileURLToPath} from 'node:url';

/** The path of a file beside this source: scripts that are not compiled stay where they are written. */
export function ownFile(name: string): string {
	return fileURLToPath(new URL(`../../../../tools/proof/boot/${name}`, import.meta.url));
}
