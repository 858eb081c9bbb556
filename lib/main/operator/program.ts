import {Command, CommanderError} from 'commander';
import {isFault} from '../../fault.ts';
import type {Io} from '../io.ts';
import {readVersion} from '../version.ts';
import {addConfigCommand} from './config-command.ts';
import {addRenderCommand} from './render-command.ts';
import {addSchemaCommand} from './schema-command.ts';

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
		.showHelpAfterError('(garm-proxmox --help tells more)')
		.exitOverride()
		.configureOutput({writeOut: io.writeOut, writeErr: io.writeError});
	for (const add of [addConfigCommand, addRenderCommand, addSchemaCommand, ...more]) add(program, io);
	for (const command of program.commands) inheritSettings(command, program);
	try {
		await program.parseAsync([...args], {from: 'user'});
		return 0;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		io.writeError(
			`${error instanceof Error ? (isFault(error) ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
		);
		return 1;
	}
}

function inheritSettings(command: Command, parent: Command): void {
	command.copyInheritedSettings(parent);
	for (const child of command.commands) inheritSettings(child, command);
}
