import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

/** The version of this package. */
export async function readVersion(): Promise<string> {
	const text = await readFile(fileURLToPath(import.meta.resolve('#package')), 'utf8');
	const {version} = JSON.parse(text) as {readonly version: string};
	return version;
}
