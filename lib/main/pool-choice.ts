import type {ReasonCollector} from '../collect.ts';
import type {Config, Image} from '../config/config.ts';
import {resolveFlavor} from '../config/flavor.ts';
import {resolveImage} from '../config/image.ts';
import type {RunnerWishes} from '../garm/extra-specs.ts';
import type {DesiredMachine, DesiredNetwork} from '../runner/desired.ts';

/** What a pool chose, as far as it is known. */
export interface PoolChoice {
	readonly image?: string | undefined;
	readonly flavor?: string | undefined;
	readonly os?: string | undefined;
	readonly arch?: string | undefined;
	readonly wishes?: RunnerWishes | undefined;
}

/** What the config makes of a pool's choice; absent is what is not known, or not there. */
export interface ResolvedChoice {
	readonly image?: Image;
	readonly machine?: DesiredMachine;
	readonly network?: DesiredNetwork;
}

/** Reads a pool's choice with the config's eyes; what cannot be met is noted. No cluster is asked. */
export function resolveChoice(choice: PoolChoice, config: Config, problems: ReasonCollector): ResolvedChoice {
	const image = choice.image === undefined ? undefined : resolveImage(config, choice.image);
	if (image !== undefined) refuseOtherSystem(choice, image, problems);
	const machine = machineFor(choice, config, problems);
	const network = networkFor(choice, config, problems);
	return {
		...(image === undefined ? {} : {image}),
		...(machine === undefined ? {} : {machine}),
		...(network === undefined ? {} : {network}),
	};
}

function refuseOtherSystem({image: name, os, arch}: PoolChoice, image: Image, problems: ReasonCollector): void {
	const what = `image ${JSON.stringify(name)}`;
	if (image.os !== undefined && os !== undefined && image.os !== os) {
		problems.add(`${what} is configured for ${image.os}, but the pool asks for ${os}.`);
	}
	if (image.arch !== undefined && arch !== undefined && image.arch !== arch) {
		problems.add(`${what} is configured for ${image.arch}, but the pool asks for ${arch}.`);
	}
}

function machineFor(
	{flavor, wishes}: PoolChoice,
	config: Config,
	problems: ReasonCollector,
): DesiredMachine | undefined {
	if (flavor === undefined) return undefined;
	const machine = resolveFlavor(config, flavor);
	if (typeof machine !== 'string') return {...machine, ...wishes?.machine};
	problems.add(machine);
	return undefined;
}

function networkFor({wishes}: PoolChoice, config: Config, problems: ReasonCollector): DesiredNetwork | undefined {
	const network = desiredNetwork(config, wishes);
	// QemuServer.pm print_netdevice_full: with another model PVE starts the VM, and ignores the MTU.
	if (network?.mtu !== undefined && network.model !== undefined && network.model !== 'virtio') {
		problems.add(`network.mtu is for network.model "virtio"; Proxmox VE ignores it with "${network.model}".`);
	}
	return network;
}

/** The network that config and pool ask for together; absent where neither does. */
export function desiredNetwork({network}: Config, wishes?: RunnerWishes): DesiredNetwork | undefined {
	if (network === undefined && wishes?.network === undefined) return undefined;
	return {...network, ...wishes?.network};
}
