import {Refusal} from './error.ts';

/** How deep `{{template}}` may nest: Go's own limit (text/template exec.go maxExecDepth). */
export const maxTemplateDepth = 100_000;

/** How deep blocks and parentheses may nest. Go has no limit for blocks, and 10,000 for parentheses. */
export const maxNesting = 500;

/** How many steps a template may take, which is seconds: Go has no limit, and runs until GARM kills it. */
export const maxWork = 5_000_000;

/** How many bytes of text count as one step. */
export const bytesPerWork = 64;

/** More than a seed could ever carry: no text, and no output, may be longer. */
export const maxTextBytes = 16 * 1024 * 1024;

/** The text itself, unless it is too long. */
export function bounded(text: string): string {
	if (text.length > maxTextBytes) throw new Refusal('it makes a text of more than 16 MiB');
	return text;
}
