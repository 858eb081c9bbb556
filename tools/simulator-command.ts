import {type Command, InvalidArgumentError, Option} from 'commander';
import type {Io} from '../lib/main/io.ts';
import {examples} from '../lib/main/operator/examples.ts';
import type {SimulatorCommand} from './simulator/cli.ts';

/** Adds `simulator`. */
export function addSimulatorCommand(program: Command, io: Io): void {
	program
		.command('simulator')
		.description('serves a simulated Proxmox VE on loopback until SIGTERM; prints one JSON line when it is ready')
		.addOption(new Option('--listen <address>', 'address and port, 0 for any').default('127.0.0.1:0'))
		.addOption(new Option('--world <name>', 'small, cluster, crowded, or the path of a JSON world').default('small'))
		.addOption(new Option('--pace <pace>', 'how fast it is').choices(['instant', 'genuine']).default('instant'))
		.addOption(new Option('--pve-version <version>', "the version it speaks; else the world's").choices(['8.4', '9.2']))
		.addOption(new Option('--seed <number>', 'decides MAC addresses and random failures').argParser(readSeed))
		.addOption(new Option('--config-out <file>', 'writes a provider config for it, mode 0600'))
		.addHelpText(
			'after',
			examples(
				'garm-proxmox simulator --config-out /tmp/proxmox.toml',
				'garm-proxmox simulator --world cluster --pace genuine --listen 127.0.0.1:8006',
			),
		)
		.action(async (options: SimulatorCommand) => {
			const {runSimulator} = await import('./simulator/cli.ts');
			await runSimulator(options, {stdout: {write: io.writeOut}});
		});
}

function readSeed(text: string): number {
	if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
	return Number(text);
}
