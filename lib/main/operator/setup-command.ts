import {type Command, Option} from 'commander';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';

/** What `setup` is asked. */
export interface SetupOptions {
	readonly url?: readonly string[];
	readonly config: string;
	readonly pool: string;
	readonly templatePool: string;
	readonly template?: readonly string[];
	readonly diskStorage: readonly string[];
	readonly seedStorage: string;
	readonly seedPath?: string;
	readonly bridge?: readonly string[];
	readonly vnet?: readonly string[];
	readonly user: string;
	readonly token: string;
	readonly pve: '8' | '9';
	readonly fingerprint?: string;
	readonly caFile?: string;
	readonly apply?: true;
	readonly remove?: true;
	readonly yes?: true;
}

/** Adds `setup`. */
export function addSetupCommand(program: Command, io: Io): void {
	program
		.command('setup')
		.summary('gives the provider the least rights that it needs, or takes them back')
		.description(
			'prints what root has to run on a node to give the provider the least rights it needs; with --apply does it, writes the config, and runs doctor',
		)
		.option('--url <address...>', 'address of a node, e.g. https://pve1.example.com:8006; several of one cluster')
		.option('--config <file>', 'the provider config that is written, mode 0600', '/etc/garm/proxmox.toml')
		.option('--pool <name>', 'resource pool for the runners', 'garm')
		.option('--template-pool <name>', 'resource pool for the templates', 'garm-templates')
		.option('--template <vmid...>', 'templates that join it')
		.addOption(
			new Option('--disk-storage <name...>', "storages of the templates' and runners' disks").default(
				['local-lvm'],
				'local-lvm',
			),
		)
		.option('--seed-storage <name>', 'storage for seeds; one that is not there is made, on every node', 'local')
		.option('--seed-path <folder>', 'where it is made; else /var/lib/NAME')
		.option(
			'--bridge <name...>',
			'bridges of the runners, or one VLAN of a bridge as vmbr0/7 (default: vmbr0, without --vnet)',
		)
		.option('--vnet <zone:name...>', 'VNets of the runners')
		.option('--user <user@realm>', 'user that the token belongs to', 'garm@pve')
		.option('--token <name>', "the token's own name", 'provider')
		.addOption(
			new Option('--pve <version>', 'which Proxmox VE the printed lines are for').choices(['8', '9']).default('9'),
		)
		.option('--fingerprint <sha256>', "SHA-256 fingerprint of the node's certificate")
		.option('--ca-file <file>', "file with the cluster's CA (PEM), e.g. a copy of /etc/pve/pve-root-ca.pem")
		.option('--apply', "does it: asks for root@pam's password, which is neither shown nor kept")
		.option('--remove', 'undoes it; asks first')
		.option('--yes', 'does not ask before it removes')
		.addHelpText(
			'after',
			examples(
				'garm-proxmox setup --template 9000 --seed-storage garm-seeds',
				'garm-proxmox setup --apply --url https://pve1.example.com:8006 --template 9000 --config /etc/garm/proxmox.toml',
			),
		)
		.action(async (options: SetupOptions) => {
			const {runSetup} = await import('./setup.ts');
			await runSetup(options, io);
		});
}
