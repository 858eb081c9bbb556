import {Command, CommanderError} from 'commander';
import {isFault} from '../../fault.ts';
import type {Io} from '../io.ts';
import {readVersion} from '../version.ts';
import {addCleanupCommand} from './cleanup-command.ts';
import {addCompletionCommand} from './completion-command.ts';
import {addConfigCommand} from './config-command.ts';
import {addDoctorCommand} from './doctor-command.ts';
import {examples} from './examples.ts';
import {addRenderCommand} from './render-command.ts';
import {addRunnersCommand} from './runners-command.ts';
import {addSchemaCommand} from './schema-command.ts';
import {addSetupCommand} from './setup-command.ts';
import {Verdict} from './verdict.ts';

/** A subcommand that is at home outside of lib. */
export type AddCommand = (program: Command, io: Io) => void;

/**
 * Does what a person asks of `garm-proxmox`; `args` are the words behind the program's name. Gives the exit code: 0,
 * 1 where it failed, 2 where the words are wrong.
 */
export async function runOperator(args: readonly string[], io: Io, more: readonly AddCommand[]): Promise<number> {
	const program = new Command('garm-proxmox')
		.description('Looks after the Proxmox VE side of GARM: for people, where garm-provider-proxmox is for GARM.')
		.version(await readVersion())
		.addHelpText(
			'after',
			examples('garm-proxmox config check /etc/garm/proxmox.toml', 'garm-proxmox schema extra-specs'),
		)
		.exitOverride()
		.configureOutput({writeOut: io.writeOut, writeErr: io.writeError});
	for (const add of [
		addSetupCommand,
		addDoctorCommand,
		addRunnersCommand,
		addCleanupCommand,
		addConfigCommand,
		addRenderCommand,
		addSchemaCommand,
		addCompletionCommand,
		...more,
	])
		add(program, io);
	settle(program, 'garm-proxmox');
	try {
		await program.parseAsync([...args], {from: 'user'});
		return 0;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		if (error instanceof Verdict) return error.exitCode;
		io.writeError(
			`${error instanceof Error ? (isFault(error) ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
		);
		return 1;
	}
}

/** Gives a command and all below it the program's settings, and a word on where its help is. */
function settle(command: Command, words: string): void {
	command.showHelpAfterError(`(${words} --help tells more)`);
	for (const child of command.commands) {
		child.copyInheritedSettings(command);
		settle(child, `${words} ${child.name()}`);
	}
}
