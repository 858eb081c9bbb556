import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import mustache from 'mustache';

/** A file of `cloudinit/` with `view` in it. Nothing is escaped: every value of the view is quoted for its place. */
export function renderCloudinitFile(name: string, view: Readonly<Record<string, unknown>>): string {
	const template = readFileSync(fileURLToPath(import.meta.resolve(`#cloudinit/${name}`)), 'utf8');
	return mustache.render(template, view, {}, {escape: String});
}
