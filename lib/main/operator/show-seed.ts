import {renderInstallScript} from '../../seed/install.ts';
import {linuxFiles} from '../../seed/linux.ts';
import type {SeedFiles} from '../../seed/render.ts';
import type {RunnerSeed} from '../desired-runner.ts';

/** A seed for people: every file of the image, and, read out of the userdata, every script that it brings along. */
export function showSeed(seed: RunnerSeed, fileName: string, imageSize: number): string {
	const sections = [
		...seed.files.files.map(({path, bytes}) => section(`${path} (${bytes.length} bytes)`, shorten(textOf(bytes)))),
		...scriptsIn(seed).map(({title, bytes}) => section(title, textOf(bytes))),
	];
	return [`${fileName}: an ISO image with the label ${seed.files.label}, ${imageSize} bytes\n`, ...sections].join('\n');
}

/** One file of a seed, whatever its format calls it. */
export function seedFile({files}: SeedFiles, which: 'user-data' | 'meta-data'): Uint8Array {
	const names = {'user-data': /(?:^|\/)user[-_]data$/, 'meta-data': /(?:^|\/)meta[-_]data(?:\.json)?$/};
	return files.find(({path}) => names[which].test(path))?.bytes ?? new Uint8Array();
}

function scriptsIn({input, files}: RunnerSeed): readonly {readonly title: string; readonly bytes: Uint8Array}[] {
	if (input.os === 'linux') {
		return linuxFiles(input).map(({path, permissions, bytes}) => ({
			title: `${path} (in the userdata; ${permissions}, root:root)`,
			bytes,
		}));
	}
	const script = new TextEncoder().encode(renderInstallScript(input));
	const isAlone = !textOf(seedFile(files, 'user-data')).includes('garm-pre-install');
	return [
		...Object.keys(input.preInstallScripts)
			.sort()
			.map((name) => ({
				title: `pre-install script ${name} (in the userdata)`,
				bytes: input.preInstallScripts[name] ?? new Uint8Array(),
			})),
		...(isAlone ? [] : [{title: 'install script (in the userdata)', bytes: script}]),
	];
}

function section(title: string, text: string): string {
	return `===== ${title}\n${text.endsWith('\n') ? text : `${text}\n`}`;
}

// What stands below by itself, in clear.
function shorten(text: string): string {
	const carried = /("content":|Invoke-Script '[^']*' )(["'])([A-Za-z0-9+/=]{40,})\2/g;
	return text.replace(
		carried,
		(_, before: string, quote: string, base64: string) =>
			`${before}${quote}(${base64.length} characters of base64)${quote}`,
	);
}

function textOf(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
}
