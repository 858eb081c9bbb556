import {readFile, writeFile} from 'node:fs/promises';
import {type Command, Option} from 'commander';
import {badRequest} from '../../fault.ts';
import type {Io} from '../io.ts';
import {examples} from './examples.ts';
import type {RenderOptions} from './render.ts';

const parts = ['user-data', 'meta-data', 'network-config', 'install-script', 'image'] as const;

/** Adds `render`. */
export function addRenderCommand(program: Command, io: Io): void {
	program
		.command('render')
		.description('shows what a runner would find in its seed: all of it, or one part; asks no cluster')
		.requiredOption('--bootstrap <file>', 'what GARM writes to the standard input of CreateInstance; - reads it there')
		.option('--config <file>', "the provider's config; without it the defaults are used")
		.addOption(new Option('--part <part>', 'one part, as it is').choices(parts))
		.option('--out <file>', 'writes to a file of mode 0600 instead of standard output')
		.option('--show-secrets', 'shows tokens and passwords, which are masked otherwise')
		.addOption(
			new Option('--controller <id>', "GARM's controller id, which instance id and file name follow from").default(
				'00000000-0000-0000-0000-000000000000',
			),
		)
		.addHelpText(
			'after',
			examples(
				'garm-proxmox render --bootstrap bootstrap.json --config /etc/garm/proxmox.toml | less',
				'garm-proxmox render --bootstrap bootstrap.json --part image --show-secrets --out seed.iso',
			),
		)
		.action(async (options: RenderOptions & {readonly bootstrap: string; readonly out?: string}) => {
			const {render} = await import('./render.ts');
			const {output, notes} = await render(await readBootstrap(options.bootstrap, io), options, io);
			for (const note of notes) io.writeError(`${note}\n`);
			await give(output, options, io);
		});
}

async function readBootstrap(file: string, io: Io): Promise<string> {
	if (file === '-') return (await io.readInput()) ?? '';
	return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		throw badRequest('The bootstrap', [`${file} cannot be read (${error.code ?? 'unknown'}).`]);
	});
}

async function give(output: string | Uint8Array, {out, part}: {readonly out?: string; readonly part?: string}, io: Io) {
	if (out !== undefined) {
		await writeFile(out, output, {mode: 0o600}).catch((error: NodeJS.ErrnoException) => {
			throw badRequest('--out', [`${out} cannot be written (${error.code ?? 'unknown'}).`]);
		});
		return;
	}
	if (part === 'image' && io.outIsTerminal === true) {
		throw badRequest('--part image', ['a terminal cannot show it; add --out FILE, or send the output elsewhere.']);
	}
	io.writeOut(output);
}
