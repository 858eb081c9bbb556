import type {Command} from 'commander';
import {readConfig} from '../../config/read.ts';
import {Fault, isFault} from '../../fault.ts';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

/** Adds `config check FILE`. */
export function addConfigCommand(program: Command, io: Io): void {
	const config = program
		.command('config')
		.description('looks at a provider config file')
		.addHelpText(
			'after',
			examples('garm-proxmox config check /etc/garm/proxmox.toml', 'garm-proxmox config check ./proxmox.toml'),
		);
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
			const {warnings} = await readConfig(file).catch((error: unknown) => tellWhatHelps(error, file));
			for (const warning of warnings) io.writeError(`warning: ${warning}\n`);
			io.writeOut(`${file} is in order.\n`);
		});
}

function tellWhatHelps(error: unknown, file: string): never {
	if (!isFault(error, 'bad-request')) throw error;
	const list = error.reasons.map((reason) => `  - ${reason}\n`).join('');
	const message = `Config ${file} cannot be used:\n${list}Every key: garm-proxmox schema config`;
	throw new Fault('bad-request', message, {reasons: error.reasons});
}
