import type {Command} from 'commander';
import {commandWords} from './command-tree.ts';
import {bashCompletion} from './completion-bash.ts';
import {fishCompletion} from './completion-fish.ts';
import {zshCompletion} from './completion-zsh.ts';

/** The completion script of a shell, made from the commands there are. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
	const script = {bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion}[shell];
	return script(program.name(), commandWords(program));
}
