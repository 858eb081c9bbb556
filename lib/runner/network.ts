import type {DesiredNetwork} from './desired.ts';
import type {VmConfig} from './observed.ts';

const models = ['virtio', 'e1000', 'e1000e', 'vmxnet3', 'rtl8139'];

/**
 * The value `net0` shall have: what is asked for, everything else as the template has it. The MAC stays, since PVE
 * rolls a new one for every value without. Absent when `current` is that value already.
 */
export function netChange(desired: DesiredNetwork, current: string | undefined): string | undefined {
	const options = new Map(
		(current ?? '').split(',').flatMap((option) => {
			const [key = '', value = ''] = option.split('=');
			return key === '' ? [] : [[key, value] as const];
		}),
	);
	const currentModel = [...options.keys()].find((key) => models.includes(key));
	const mac = currentModel === undefined ? '' : (options.get(currentModel) ?? '');
	if (currentModel !== undefined) options.delete(currentModel);
	const before = spell(currentModel ?? '', mac, options);

	const {bridge, vlan, mtu, firewall} = desired;
	if (bridge !== undefined) options.set('bridge', bridge);
	if (vlan !== undefined) options.set('tag', String(vlan));
	if (mtu !== undefined) options.set('mtu', String(mtu));
	if (firewall !== undefined) options.set('firewall', firewall ? '1' : '0');
	// A missing `firewall` is off.
	if (firewall === false) options.delete('firewall');
	const after = spell(desired.model ?? currentModel ?? 'virtio', mac, options);
	return after === before ? undefined : after;
}

function spell(model: string, mac: string, options: ReadonlyMap<string, string>): string {
	const rest = [...options].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
	return [mac === '' ? model : `${model}=${mac}`, ...rest].join(',');
}

/** A bridge or VNet that a config names, with a VLAN of it where the card is tagged. */
export interface UsedNetwork {
	readonly bridge: string;
	readonly vlan?: string;
}

/** Every network that a config's cards use. */
export function networksOf(config: VmConfig): readonly UsedNetwork[] {
	return Object.keys(config)
		.filter((key) => /^net\d+$/.test(key))
		.sort()
		.flatMap((key) => usedNetworks(config[key] ?? ''));
}

function usedNetworks(card: string): readonly UsedNetwork[] {
	const option = (key: string) => new RegExp(`(?:^|,)${key}=([^,]+)`).exec(card)?.[1];
	const [bridge, tag] = [option('bridge'), option('tag')];
	if (bridge === undefined) return [];
	const trunks = option('trunks')?.split(';') ?? [];
	const vlans = tag === undefined ? trunks : [tag, ...trunks];
	return vlans.length === 0 ? [{bridge}] : vlans.map((vlan) => ({bridge, vlan}));
}
