import {Argument, type Command} from 'commander';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** Adds `completion`. */
export function addCompletionCommand(program: Command, io: Io): void {
	program
		.command('completion')
		.summary('prints a completion script for a shell')
		.description('prints a script by which a shell completes the words of this program')
		.addArgument(new Argument('<shell>', 'the shell').choices(shells))
		.addHelpText(
			'after',
			examples(
				'garm-proxmox completion bash > /etc/bash_completion.d/garm-proxmox',
				'garm-proxmox completion fish > ~/.config/fish/completions/garm-proxmox.fish',
			),
		)
		.action(async (shell: Shell) => {
			const {completionScript} = await import('./completion.ts');
			io.writeOut(completionScript(shell, program));
		});
}
