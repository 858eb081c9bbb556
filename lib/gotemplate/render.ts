import type {Bytes} from './bytes.ts';
import {type GoValue, valueOf} from './data.ts';
import {parseTemplates} from './parse.ts';
import {Walk} from './walk.ts';

/** What a template writes, which need not be UTF-8. */
export interface Rendered {
	readonly bytes: Bytes;
	/** The line of the first piece that is no UTF-8 by itself. */
	readonly oddLine: number;
}

/** Parses and executes a template, as renderGoTemplate does. */
export function renderBytes(template: Bytes, data: GoValue): Rendered {
	const walk = new Walk(template, parseTemplates(template));
	walk.run(valueOf(data));
	return {bytes: walk.output, oddLine: walk.oddLine};
}
