import {toBytes, toText} from './bytes.ts';
import type {GoValue} from './data.ts';
import {GoTemplateError} from './error.ts';
import {renderBytes} from './render.ts';

export {type GoValue, goMap, goSlice, goStruct} from './data.ts';
export {GoTemplateError} from './error.ts';

/**
 * What Go's text/template (Go 1.24 and later) writes for `template` over `data`, as
 * template.New("").Parse(template).Execute(data): no functions beyond the builtin ones, no options. Throws
 * GoTemplateError where Go has an error, where the output is no UTF-8, and beyond the limits in limits.ts.
 */
export function renderGoTemplate(template: string, data: GoValue): string {
	// GARM's own templates are rendered before they come here.
	if (!template.includes('{{')) return template;
	const {bytes, oddLine} = renderBytes(toBytes(template), data);
	const text = toText(bytes);
	if (text !== undefined) return text;
	throw new GoTemplateError('execute', oddLine ?? 1, 'half a character is written here, and the output is no UTF-8');
}
