import {type Command, Option} from 'commander';
import type {Io} from '../io.ts';
import type {KnownSource} from '../known.ts';
import {examples} from './examples.ts';
import {parseSpan} from './span.ts';

/** What `cleanup` is asked. */
export interface CleanupOptions extends KnownSource {
	readonly config: string;
	readonly controller?: string;
	readonly pool?: string;
	/** Milliseconds. */
	readonly olderThan: number;
	readonly node?: string;
	readonly name?: string;
	readonly includeSuspects?: true;
	readonly apply?: true;
	readonly yes?: true;
	readonly json?: true;
}

const exitCodes = `
Exit codes:
  0  there is nothing to do, everything is done, or it was only looked
  1  something could not be removed, needs root, or the look failed
  2  the words are wrong
`;

/** Adds `cleanup`. */
export function addCleanupCommand(program: Command, io: Io): void {
	program
		.command('cleanup')
		.summary('finds what runners have left behind, and removes it')
		.description(
			'finds runners that GARM has forgotten and what else is left of runners, tells what it would do, and does it with --apply. VMs of others are never touched; the tag garm-keep protects a runner',
		)
		.option('--config <file>', 'the provider config (needed)')
		.option('--controller <id>', 'whose runners (default: the only controller there is)')
		.option('--pool <id>', "only the runners of one of GARM's pools")
		.option('--node <name>', 'only what is on one node')
		.option('--name <pattern>', "only runners whose names fit, e.g. 'garm-ci-*'")
		.addOption(
			new Option('--older-than <span>', 'leaves alone what is younger, e.g. 30m, 1h, 2d')
				.default(3_600_000, '1h')
				.argParser(parseSpan),
		)
		.addOption(
			new Option(
				'--known <file>',
				"the runners that GARM knows: one name per line, or GARM's JSON list of instances",
			).conflicts('garm'),
		)
		.option('--garm <url>', "asks GARM's API for the runners that it knows")
		.option('--garm-token-file <file>', 'the file with the token for it, mode 0600')
		.option('--garm-ca-file <file>', 'the CA (PEM) of its certificate, where the system does not trust it')
		.option('--include-suspects', 'removes also what is not provably dead')
		.option('--apply', 'does it, after a question')
		.option('--yes', 'does not ask')
		.option('--json', 'prints one JSON document')
		.addHelpText(
			'after',
			examples(
				'garm-proxmox cleanup --config /etc/garm/proxmox.toml',
				'garm-proxmox cleanup --config /etc/garm/proxmox.toml --garm https://garm.example.com --garm-token-file /etc/garm/cleanup.token --apply --yes',
			) + exitCodes,
		)
		.action(async (options: Words, command: Command) => {
			const {config, garm, garmTokenFile} = options;
			if (config === undefined) return command.error("error: option '--config <file>' is missing", {exitCode: 2});
			if ((garm === undefined) !== (garmTokenFile === undefined))
				return command.error("error: options '--garm <url>' and '--garm-token-file <file>' go together", {exitCode: 2});
			const {runCleanup} = await import('./cleanup.ts');
			await runCleanup({...options, config}, io);
		});
}

type Words = Omit<CleanupOptions, 'config'> & {readonly config?: string};
