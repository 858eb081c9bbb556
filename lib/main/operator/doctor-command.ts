import type {Command} from 'commander';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

/** What `doctor` is asked. */
export interface DoctorOptions {
	readonly config: string;
	readonly image?: string;
	readonly flavor?: string;
	readonly garmConfig?: string;
	readonly json?: true;
	readonly try?: true;
}

/** Adds `doctor`. */
export function addDoctorCommand(program: Command, io: Io): void {
	program
		.command('doctor')
		.summary('looks at everything between this machine and a running runner')
		.description(
			'looks at everything between this machine and a running runner, and tells what to mend; exits with 1 where a runner would not come up',
		)
		.argument('[image]', 'the image of one pool; else every image of the config')
		.argument('[flavor]', 'the flavor of one pool; else every flavor of the config')
		.option('--config <file>', 'the provider config (needed)')
		.option('--image <name>', 'the same as the first word')
		.option('--flavor <name>', 'the same as the second word')
		.option('--garm-config <file>', "GARM's own config: its [[provider]] section is looked at too")
		.option('--try', 'makes one runner of IMAGE and FLAVOR without GARM, watches it boot, and removes it')
		.option('--json', 'prints one JSON document')
		.addHelpText(
			'after',
			examples(
				'garm-proxmox doctor --config /etc/garm/proxmox.toml --garm-config /etc/garm/config.toml',
				'garm-proxmox doctor --config /etc/garm/proxmox.toml --try ubuntu-24.04-runner 4c-8g',
			),
		)
		.action(async (image: string | undefined, flavor: string | undefined, options: Words, command: Command) => {
			// A mandatory option of commander's is asked for before a misspelt one is told.
			const {config} = options;
			if (config === undefined) return command.error("error: option '--config <file>' is missing", {exitCode: 2});
			const {runDoctor} = await import('./doctor.ts');
			const named = {...(image === undefined ? {} : {image}), ...(flavor === undefined ? {} : {flavor})};
			await runDoctor({...options, config, ...named}, io);
		});
}

type Words = Omit<DoctorOptions, 'config'> & {readonly config?: string};
