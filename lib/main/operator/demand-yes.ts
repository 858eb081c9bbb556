import {Fault} from '../../fault.ts';
import type {Terminal} from '../terminal.ts';

/** Asks; throws `refused` for every answer but yes. */
export async function demandYes(terminal: Terminal, question: string): Promise<void> {
	if (/^(?:y|yes)$/i.test((await terminal.ask(question)).trim())) return;
	throw new Fault('refused', 'Nothing was changed.');
}
