import type {Caller} from '../access.ts';
import {demandAll} from '../access.ts';
import type {Random} from '../random.ts';
import type {World} from '../world.ts';

const macPair = /^(?:model=)?([\w-]+)=(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}/;

/** The network device with a MAC address of its own: PVE draws one on each clone. */
export function renewMac(random: Random, value: string): string {
	return value.replace(macPair, '$1').replace(/^(?:model=)?([\w-]+)/, `$1=${random.mac()}`);
}

/** The network device as PVE stores it: a missing MAC address is drawn. QemuServer.pm add_random_macs. */
export function withMac(random: Random, value: string): string {
	const mac = /(?:^|,)macaddr=([0-9a-fA-F:]{17})/.exec(value)?.[1];
	const rest = value
		.replace(/,?macaddr=[0-9a-fA-F:]{17}/, '')
		.replace(/(?:^|,)model=([\w-]+)/, (found, model) => (found.startsWith(',') ? '' : model));
	if (/^[\w-]+=[0-9a-fA-F:]{17}/.test(rest))
		return rest.replace(/=([0-9a-fA-F:]{17})/, (_, text: string) => `=${text.toUpperCase()}`);
	return rest.replace(/^([\w-]+)/, `$1=${(mac ?? random.mac()).toUpperCase()}`);
}

/** The ACL path of a network device's bridge or VNet, with its VLAN where it has one. GuestHelpers.pm check_vnet_access. */
export function bridgePath({vnets}: World, value: string): string | undefined {
	const bridge = /(?:^|,)bridge=([^,]+)/.exec(value)?.[1];
	if (bridge === undefined) return undefined;
	const tag = /(?:^|,)tag=(\d+)/.exec(value)?.[1];
	return `/sdn/zones/${vnets?.[bridge] ?? 'localnetwork'}/${bridge}${tag === undefined ? '' : `/${tag}`}`;
}

/** Demands SDN.Use on the bridge of every network device. RPCEnvironment.pm check_sdn_bridge via check_bridge_access. */
export function demandBridges(world: World, caller: Caller, config: Readonly<Record<string, string>>): void {
	for (const [key, value] of Object.entries(config)) {
		const path = /^net\d+$/.test(key) ? bridgePath(world, value) : undefined;
		if (path !== undefined) demandAll(world, caller, path, 'SDN.Use');
	}
}
