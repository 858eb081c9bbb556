import type {Command} from 'commander';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

/** Adds `schema config` and `schema extra-specs`. */
export function addSchemaCommand(program: Command, io: Io): void {
	const schema = program
		.command('schema')
		.description('prints a JSON schema (draft-07)')
		.addHelpText('after', examples('garm-proxmox schema config', 'garm-proxmox schema extra-specs > extra-specs.json'));
	schema
		.command('config')
		.description('prints the schema of the provider config file')
		.addHelpText('after', examples('garm-proxmox schema config', 'garm-proxmox schema config > proxmox.schema.json'))
		.action(async () => {
			const {configJsonSchema} = await import('../../config/schema.ts');
			io.writeOut(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
		});
	schema
		.command('extra-specs')
		.description("prints the schema of a pool's extra specs")
		.addHelpText(
			'after',
			examples('garm-proxmox schema extra-specs', 'garm-proxmox schema extra-specs | jq .properties'),
		)
		.action(async () => {
			const {extraSpecsJsonSchema} = await import('../../garm/extra-specs.ts');
			io.writeOut(`${JSON.stringify(extraSpecsJsonSchema(), null, 2)}\n`);
		});
}
