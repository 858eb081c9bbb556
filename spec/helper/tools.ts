import {execFileSync} from 'node:child_process';
import type {ExecutionContext} from 'ava';

/** Whether a test cannot be done for want of programs on this machine; says so, and passes it, where that is so. */
export function skipWithout(t: ExecutionContext, ...names: readonly string[]): boolean {
	const missing = names.filter((name) => !isThere(name));
	if (missing.length === 0) return false;
	t.log(`skipped: this machine lacks ${missing.join(', ')}`);
	t.pass();
	return true;
}

function isThere(name: string): boolean {
	try {
		execFileSync('sh', ['-c', `command -v ${name}`], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}
