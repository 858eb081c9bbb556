import {createHash} from 'node:crypto';

/** SHA-256 of `text`, as 64 hex digits. */
export function digest(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
