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
export const table = <Entries extends v.ObjectEntries>(
	description: string,
	entries: Entries,
	expected = 'a table of known keys',
) => v.pipe(onlyTables(v.strictObject(entries, expected), expected), v.description(description));

/** A table whose keys are names that people choose. */
export const named = <Value extends v.GenericSchema>(description: string, value: Value, expected: string) =>
	v.pipe(onlyTables(v.record(v.string(), value, expected), expected), v.description(description));

// Valibot leaves these out of a record, without a word.
const unusableNames = ['__proto__', 'prototype', 'constructor'];

/** `schema` for tables alone: valibot takes a list, and a date of TOML, for one too. */
export function onlyTables<Schema extends v.GenericSchema>(schema: Schema, expected: string): Schema {
	return {
		...schema,
		'~run': (dataset, config) => {
			const {value} = dataset;
			if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
				return refusal(expected)['~run'](dataset, config);
			}
			const name = schema.type === 'record' && Object.keys(value).find((key) => unusableNames.includes(key));
			return (name ? refusal(`${expected}, none named ${name}`) : schema)['~run'](dataset, config);
		},
	};
}

function refusal(expected: string) {
	return v.custom(() => false, expected);
}

/** The machine keys that a flavor and a pool's extra specs share; what is absent is as `otherwise` has it. */
export const machineEntries = (otherwise: string) => ({
	cores: v.optional(count(`Cores per socket. Without it: as ${otherwise} has it.`, 1, 8192)),
	sockets: v.optional(count(`CPU sockets. Without it: as ${otherwise} has it.`, 1, 128)),
	memory_mib: v.optional(count(`Memory in MiB. Without it: as ${otherwise} has it.`, 16, 16_777_216)),
	disk_gib: v.optional(
		count(`Boot disk in GiB, at least the template's. Without it: as ${otherwise} has it.`, 1, 131_072),
	),
	cpu: v.optional(
		text(
			`CPU type, with flags where needed. Without it: as ${otherwise} has it.`,
			/^[\w.-]+(?:,[\w.=+;-]+)*$/,
			'a CPU type such as "host"',
		),
	),
});

/** The network keys that the config and a pool's extra specs share; what is absent is as `otherwise` has it. */
export const networkEntries = (otherwise: string) => ({
	bridge: v.optional(
		text(
			`Bridge or VNet. Without it: as ${otherwise} has it.`,
			/^[a-zA-Z0-9][\w.-]{0,63}$/,
			'a bridge such as "vmbr0"',
		),
	),
	vlan: v.optional(count(`VLAN tag. Without it: as ${otherwise} has it.`, 1, 4094)),
	model: v.optional(
		choice(`Model of the card. Without it: as ${otherwise} has it.`, [
			'virtio',
			'e1000',
			'e1000e',
			'vmxnet3',
			'rtl8139',
		]),
	),
	mtu: v.optional(mtu(`MTU of a virtio card; 1 takes that of the bridge. Without it: as ${otherwise} has it.`)),
	firewall: v.optional(
		yesOrNo(`Whether the firewall of Proxmox VE filters the card. Without it: as ${otherwise} has it.`),
	),
});

// QemuServer.pm print_netdevice_full: from 2 to 575 PVE does not start the VM.
const mtu = (description: string) => {
	const expected = '1, or a whole number from 576 to 65520';
	return v.pipe(
		v.number(expected),
		v.integer(expected),
		v.minValue(1, expected),
		v.maxValue(65_520, expected),
		v.check((size) => size === 1 || size >= 576, expected),
		v.description(description),
	);
};

/** A list of node names with at least one in it; without it, `otherwise` decides. */
export const nodeList = (otherwise: string) =>
	v.pipe(
		v.array(
			text('Name of a node.', /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/, 'a node name'),
			'a list of node names',
		),
		v.minLength(1, 'a list of at least one node name'),
		v.description(`Nodes that runners may live on. Without it: ${otherwise}.`),
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
