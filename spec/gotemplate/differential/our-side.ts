import {toBytes} from '../../../lib/gotemplate/bytes.ts';
import {GoTemplateError} from '../../../lib/gotemplate/index.ts';
import {renderBytes} from '../../../lib/gotemplate/render.ts';
import {ourData} from './data.ts';
import type {Case} from './generate.ts';
import type {GoResult} from './go-side.ts';

/** What our renderer makes of a case. */
export type OurResult = Pick<GoResult, 'output' | 'error' | 'line'> & {readonly stage: string | undefined};

/** What our renderer makes of a case; an error that is no GoTemplateError goes through. */
export function renderWithOurs({template, data}: Case): OurResult {
	try {
		const {bytes: output} = renderBytes(toBytes(template), ourData[data] ?? '');
		return {output, stage: undefined, line: undefined, error: ''};
	} catch (error) {
		if (!(error instanceof GoTemplateError)) throw error;
		return {output: '', stage: error.stage, line: error.line, error: error.message};
	}
}

/** Whether both are the same: the output, or the stage of the error and the line where Go tells one. */
export function isSame(go: GoResult, ours: OurResult): boolean {
	// What Go makes of the rest of the template is not compared.
	if (isAddress(ours)) return go.stage !== 'parse';
	if (go.stage === undefined) return ours.stage === undefined && ours.output === go.output;
	return ours.stage === go.stage && (go.line === undefined || ours.line === go.line);
}

/** %p of a map or slice prints an address, which no other program can know: ours says that it does not support it. */
function isAddress({error}: OurResult): boolean {
	return error.includes('%p is not supported for');
}

/** Whether the difference is that Go before 1.24 cannot range over a number. */
export function lacksCounting(goMinor: number, {error}: GoResult): boolean {
	return goMinor < 24 && /range can't iterate over -?\d+$/.test(error);
}
