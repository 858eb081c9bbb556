import type {Bytes} from './bytes.ts';
import {type GoValue, valueOfData} from './data.ts';
import {Output} from './output.ts';
import {parseTemplates} from './parse.ts';
import {Progress} from './progress.ts';
import {Walk} from './walk.ts';

/** What a template writes. */
export interface Rendered {
	readonly bytes: Bytes;
	/** The line of the first piece that is no UTF-8 by itself; absent where all of them are. */
	readonly oddLine: number | undefined;
}

/** Parses and executes a template; unlike renderGoTemplate it lets the output be what is no UTF-8. */
export function renderBytes(template: Bytes, data: GoValue): Rendered {
	const templates = parseTemplates(template);
	const progress = new Progress(template);
	const output = new Output(progress);
	new Walk(templates, progress, output).run(valueOfData(data));
	return output;
}
