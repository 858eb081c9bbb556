import {type Bytes, countRunes} from '../bytes.ts';

/** What stands between a directive's `%` and its verb. */
export interface Flags {
	readonly minus?: boolean;
	readonly plus?: boolean;
	readonly sharp?: boolean;
	readonly space?: boolean;
	readonly zero?: boolean;
	/** `%+v`: structs with the names of their fields. */
	readonly plusV?: boolean;
	/** `%#v`: Go syntax. */
	readonly sharpV?: boolean;
	readonly width?: number;
	readonly precision?: number;
}

/** The text at the width that is asked for, in characters (fmt format.go pad). */
export function pad(text: Bytes, flags: Flags): Bytes {
	const {width = 0, minus = false} = flags;
	if (width === 0) return text;
	const padding = paddingOf(width - countRunes(text), flags);
	return minus ? text + padding : padding + text;
}

/** So much padding: zeros go to the left only. */
export function paddingOf(count: number, {zero = false, minus = false}: Flags): Bytes {
	return (zero && !minus ? '0' : ' ').repeat(Math.max(0, count));
}
