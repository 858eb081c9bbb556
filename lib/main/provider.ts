import {isFault} from '../fault.ts';
import {exitCodeOf} from '../garm/exit-code.ts';
import {type Invocation, parseInvocation} from '../garm/invocation.ts';
import type {Io} from './io.ts';
import {createSecrets, type Secrets} from './secrets.ts';

/**
 * Does what GARM asks in `GARM_*` variables and on standard input: one JSON document, or nothing, on standard output;
 * one sentence on standard error where it fails. Gives the exit code, and never throws.
 */
export async function runProvider(io: Io): Promise<number> {
	const secrets = createSecrets();
	try {
		await answer(parseInvocation(io.env), io, secrets);
		return 0;
	} catch (error) {
		io.writeError(secrets.hide(tell(error)));
		return isFault(error) ? exitCodeOf(error.code) : 1;
	}
}

async function answer(invocation: Invocation, io: Io, secrets: Secrets): Promise<void> {
	// What GARM waits for starts fast: a command loads only what it needs.
	switch (invocation.command) {
		case 'GetVersion':
		case 'GetSupportedInterfaceVersions':
		case 'GetConfigJSONSchema':
		case 'GetExtraSpecsJSONSchema': {
			const {describeProvider} = await import('./describe-provider.ts');
			return io.writeOut(`${await describeProvider(invocation.command)}\n`);
		}
		default: {
			// Those that wait leave the host's processors to those that work.
			const turn = invocation.command === 'CreateInstance' ? await io.takeTurn?.(invocation.configFile) : undefined;
			const {serve} = await import('./serve.ts');
			return serve(invocation, io, secrets, turn);
		}
	}
}

function tell(error: unknown): string {
	if (isFault(error) && error.code !== 'bug') return `${oneLine(error.message)}\n`;
	const [what, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), ''];
	return `This is a defect of garm-provider-proxmox, please report it: ${oneLine(what)}\n${stack ?? ''}\n`;
}

function oneLine(text: string): string {
	return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
