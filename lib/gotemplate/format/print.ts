import type {Bytes} from '../bytes.ts';
import {bounded} from '../limits.ts';
import type {Value} from '../value.ts';
import {formatArgument} from './value.ts';

/** fmt.Sprint: a space between two values of which neither is a string. */
export function print(values: readonly Value[]): Bytes {
	return values.reduce((text, value, n) => {
		const spaced = n > 0 && value.kind !== 'string' && values[n - 1]?.kind !== 'string';
		return bounded(text + (spaced ? ' ' : '') + formatArgument(value, 'v', {}));
	}, '');
}

/** fmt.Sprintln: a space between any two values, and a new line. */
export function printLine(values: readonly Value[]): Bytes {
	return `${values.reduce((text, value, n) => bounded(text + (n > 0 ? ' ' : '') + formatArgument(value, 'v', {})), '')}\n`;
}
