import {styleText} from 'node:util';

type Look = Parameters<typeof styleText>[0];

/** A way to make text stand out. */
export type Paint = (look: Look, text: string) => string;

/** Paints where colours are shown, and else leaves text as it is. */
export function painter(colours: boolean | undefined): Paint {
	return colours ? (look, text) => styleText(look, text, {validateStream: false}) : (_look, text) => text;
}

/** `text` in lines of at most `width` letters, each behind `indent`; a longer word has a line of its own. */
export function wrap(text: string, width: number, indent: string): string {
	const lines: string[] = [];
	for (const word of text.split(/\s+/)) {
		const line = lines.at(-1);
		if (line === undefined || line.length + 1 + word.length > width - indent.length) lines.push(word);
		else lines[lines.length - 1] = `${line} ${word}`;
	}
	return lines.map((line) => `${indent}${line}\n`).join('');
}

/** Milliseconds as people say them: `0.3 s`, `12 s`, `2 min 5 s`. */
export function spellTime(ms: number): string {
	if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1000);
	return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
