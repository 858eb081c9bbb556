import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {GoTemplateError, type GoValue, renderGoTemplate} from '../../lib/gotemplate/index.ts';

/** What Go makes of a template: an output, or an error. */
export interface Golden {
	/** The name of its data. */
	readonly data: string;
	readonly template: string;
	/** The Go 1.x that can do this; any, where it is absent. */
	readonly since?: number;
	readonly output?: string;
	readonly stage?: string;
	readonly line?: number;
}

/** The table of this project, goldens.json. */
export async function readGoldens(): Promise<readonly Golden[]> {
	const file = path.resolve(import.meta.dirname, '../../../spec/gotemplate/goldens.json');
	const {rows}: {readonly rows: readonly Golden[]} = JSON.parse(await readFile(file, 'utf8'));
	return rows;
}

/** What our renderer makes of a template; an error that is no GoTemplateError goes through. */
export function resultOf(
	template: string,
	data: GoValue,
): Omit<Golden, 'data' | 'template'> & {readonly message?: string} {
	try {
		return {output: renderGoTemplate(template, data)};
	} catch (error) {
		if (!(error instanceof GoTemplateError)) throw error;
		const {stage, line, message} = error;
		return {stage, line, message};
	}
}
