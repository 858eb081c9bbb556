import * as v from 'valibot';

/** A whole number between two bounds, both allowed. */
export const count = (description: string, least: number, most: number) => {
	const expected = `a whole number from ${least} to ${most}`;
	return v.pipe(
		v.number(expected),
		v.integer(expected),
		v.minValue(least, expected),
		v.maxValue(most, expected),
		v.description(description),
	);
};

export const yesOrNo = (description: string) => v.pipe(v.boolean('true or false'), v.description(description));

/** A text of a certain shape; `expected` completes "must be …". */
export const text = (description: string, pattern: RegExp, expected: string) =>
	v.pipe(v.string(expected), v.regex(pattern, expected), v.description(description));

/** One word of a few. */
export const choice = <const Words extends readonly string[]>(description: string, words: Words) =>
	v.pipe(v.picklist(words, `one of ${words.join(', ')}`), v.description(description));

/** An object that takes the keys it knows and no other. */
export const table = <Entries extends v.ObjectEntries>(description: string, entries: Entries) =>
	v.pipe(v.strictObject(entries, 'a table of known keys'), v.description(description));

/** The machine keys that a flavor and a pool's extra specs share. */
export const machineEntries = {
	cores: v.optional(count('Cores per socket.', 1, 8192)),
	sockets: v.optional(count('CPU sockets.', 1, 128)),
	memory_mib: v.optional(count('Memory in MiB.', 16, 16_777_216)),
	disk_gib: v.optional(count("Boot disk in GiB; never below the template's.", 1, 131_072)),
	cpu: v.optional(text('CPU type, e.g. "host".', /^[\w.-]+(?:,[\w.=+;-]+)*$/, 'a CPU type such as "host"')),
};

/** The network keys that the config and a pool's extra specs share. */
export const networkEntries = {
	bridge: v.optional(text('Bridge or VNet.', /^[a-z0-9][\w.-]{0,63}$/i, 'a bridge such as "vmbr0"')),
	vlan: v.optional(count('VLAN tag.', 1, 4094)),
	model: v.optional(choice('Model of the card.', ['virtio', 'e1000', 'e1000e', 'vmxnet3', 'rtl8139'])),
	mtu: v.optional(count('MTU; 1 takes that of the bridge.', 1, 65_520)),
	firewall: v.optional(yesOrNo('Whether the firewall of Proxmox VE filters it.')),
};

/** A list of node names with at least one in it. */
export const nodeList = v.pipe(
	v.array(text('Node name.', /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i, 'a node name'), 'a list of node names'),
	v.minLength(1, 'at least one node'),
	v.description('The nodes that runners may live on.'),
);

type Defined<Value> = {[Key in keyof Value]?: Exclude<Value[Key], undefined>};

/** The keys of `value` that have a value. */
export function defined<Value extends object>(value: Value): Defined<Value> {
	return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<Value>;
}

interface MachineKeys {
	readonly cores?: number | undefined;
	readonly sockets?: number | undefined;
	readonly memory_mib?: number | undefined;
	readonly disk_gib?: number | undefined;
	readonly cpu?: string | undefined;
}

/** The machine that the keys of `machineEntries` describe; what is absent stays absent. */
export function machineOf({cores, sockets, memory_mib: memoryMiB, disk_gib: diskGiB, cpu}: MachineKeys) {
	return defined({cores, sockets, memoryMiB, diskGiB, cpu});
}
