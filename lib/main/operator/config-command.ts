import type {Command} from 'commander';
import {readConfig} from '../../config/read.ts';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

/** Adds `config check FILE`. */
export function addConfigCommand(program: Command, io: Io): void {
	const config = program.command('config').description('looks at a provider config file');
	config
		.command('check')
		.description('tells every mistake in a config file; exits with 1 where there is one')
		.argument('<file>', 'the file that GARM_PROVIDER_CONFIG_FILE names')
		.addHelpText(
			'after',
			examples(
				'garm-proxmox config check /etc/garm/proxmox.toml',
				'garm-proxmox config check ./proxmox.toml && systemctl restart garm',
			),
		)
		.action(async (file: string) => {
			const {warnings} = await readConfig(file);
			for (const warning of warnings) io.writeError(`warning: ${warning}\n`);
			io.writeOut(`${file} is in order.\n`);
		});
}
