import type {Command} from 'commander';
import type {Io} from '../../lib/main/io.ts';
import {examples} from '../../lib/main/operator/examples.ts';
import {Verdict} from '../../lib/main/operator/verdict.ts';

/** Adds `demo`. */
export function addDemoCommand(program: Command, io: Io): void {
	program
		.command('demo')
		.description('plays GARM against this provider and a simulated cluster, and tells each step; needs no cluster')
		.addHelpText('after', examples('garm-proxmox demo', 'garm-proxmox demo | less'))
		.action(async () => {
			const {runDemo} = await import('./story.ts');
			const exitCode = await runDemo(io.writeOut, io.clock);
			if (exitCode !== 0) throw new Verdict(exitCode);
		});
}
