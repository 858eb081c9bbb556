import {type Command, Option} from 'commander';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';
import {parseSpan} from './span.ts';

export const sortKeys = ['name', 'vmid', 'node', 'pool', 'status', 'age', 'seed'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What `runners` is asked. */
export interface RunnersOptions {
	readonly config: string;
	readonly controller?: string;
	readonly allControllers?: true;
	readonly pool?: string;
	readonly status?: string;
	readonly sort: SortKey;
	readonly json?: true;
	/** Seconds. */
	readonly watch?: string | true;
	readonly html?: string;
	/** Milliseconds. */
	readonly olderThan: number;
}

/** Adds `runners`. */
export function addRunnersCommand(program: Command, io: Io): void {
	program
		.command('runners')
		.summary('lists the runners on the cluster, and what is not as it should be')
		.description(
			'lists every VM that is marked as a runner, and tells what is not as it should be; changes nothing. GARM is not asked: garm-proxmox cleanup can do that',
		)
		.option('--config <file>', 'the provider config (needed)')
		.addOption(
			new Option('--controller <id>', 'the runners of one controller (default: the only one there is)').conflicts(
				'allControllers',
			),
		)
		.option('--all-controllers', 'the runners of every controller')
		.option('--pool <id>', "the runners of one of GARM's pools")
		.addOption(
			new Option('--status <word>', 'the runners that are so').choices([
				'running',
				'stopped',
				'paused',
				'failed',
				'unknown',
			]),
		)
		.addOption(new Option('--sort <key>', 'what the table is sorted by').choices(sortKeys).default('name'))
		.addOption(
			new Option('--older-than <span>', 'how old a thing has to be to be told of, e.g. 30m, 1h, 2d')
				.default(3_600_000, '1h')
				.argParser(parseSpan),
		)
		.addOption(new Option('--json', 'prints one JSON document').conflicts(['watch', 'html']))
		.addOption(new Option('--watch [seconds]', 'shows it anew every 5 seconds, until Ctrl-C').conflicts('html'))
		.option('--html <file>', 'writes the same as one page that needs nothing else, for a wiki or a mail')
		.addHelpText(
			'after',
			examples(
				'garm-proxmox runners --config /etc/garm/proxmox.toml --status stopped --sort age',
				'garm-proxmox runners --config /etc/garm/proxmox.toml --all-controllers --html /var/www/html/runners.html',
			),
		)
		.action(async (options: Words, command: Command) => {
			const {config, watch} = options;
			if (config === undefined) return command.error("error: option '--config <file>' is missing", {exitCode: 2});
			if (typeof watch === 'string' && !/^[1-9]\d{0,4}$/.test(watch))
				return command.error(`error: option '--watch [seconds]' needs a whole number, not '${watch}'`, {exitCode: 2});
			const {runRunners} = await import('./runners.ts');
			await runRunners({...options, config}, io);
		});
}

type Words = Omit<RunnersOptions, 'config'> & {readonly config?: string};
