import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {runProviderProcess} from '../../demo/provider-process.ts';
import {providerConfig} from '../../simulator/cli.ts';
import {type Simulator, startSimulator} from '../../simulator/index.ts';

/** What the provider put into a VM, as QEMU needs it. */
export interface MadeSeed {
	/** The ISO file, on this machine. */
	readonly file: string;
	/** The drive it hangs on in the VM's config, such as `ide2`. */
	readonly drive: string;
	readonly mac: string;
	readonly instanceId: string;
}

export const controller = 'f9286791-1589-4f39-a106-5b68c2a18af4';

/** The seed of a runner that the provider's own executable made on a simulated cluster, as GARM would have asked for it. */
export async function makeSeed(bootstrap: {readonly name: string}, folder: string): Promise<MadeSeed> {
	const simulator = await startSimulator({world: 'small', pace: 'instant'});
	try {
		const configFile = path.join(folder, 'proxmox.toml');
		await writeFile(configFile, providerConfig(simulator), {mode: 0o600});
		const env = {
			GARM_COMMAND: 'CreateInstance',
			GARM_CONTROLLER_ID: controller,
			GARM_PROVIDER_CONFIG_FILE: configFile,
			GARM_INTERFACE_VERSION: 'v0.1.0',
		};
		const {exitCode, stderr} = await runProviderProcess(env, JSON.stringify(bootstrap));
		if (exitCode !== 0) throw new Error(`the provider did not make the runner (exit code ${exitCode}):\n${stderr}`);
		return await takeSeed(simulator, bootstrap.name, folder);
	} finally {
		await simulator.close();
	}
}

async function takeSeed(simulator: Simulator, name: string, folder: string): Promise<MadeSeed> {
	const vm = Object.values(simulator.world.guests).find(({config}) => config.name === name);
	const [drive, value = ''] =
		Object.entries(vm?.config ?? {}).find(([, value]) => value?.includes('iso/garm-seed-')) ?? [];
	const image = simulator.file(value.split(',')[0] ?? '');
	const mac = /(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(vm?.config.net0 ?? '')?.[0];
	if (drive === undefined || image === undefined) throw new Error('the VM that the provider made has no seed.');
	if (mac === undefined) throw new Error('the VM that the provider made has no network card.');
	// A file lies in the image in one piece.
	const [, instanceId] = /instance-id: "([^"]+)"\n/.exec(image.toString('latin1')) ?? [];
	if (instanceId === undefined) throw new Error('the seed that the provider made has no instance-id.');
	const file = path.join(folder, 'seed.iso');
	await writeFile(file, image, {mode: 0o600});
	return {file, drive, mac, instanceId};
}
