import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {
	defined,
	machineEntries,
	machineOf,
	named,
	networkEntries,
	nodeList,
	onlyTables,
	table,
	yesOrNo,
} from '../checks.ts';
import {badRequest} from '../fault.ts';
import {reasonsOf} from '../reasons.ts';
import {decodeBase64, decodeBase64Text} from './base64.ts';

/** What a pool wishes for its runners beyond GARM's own fields. */
export interface RunnerWishes {
	/** The text of `runner_install_template`; absent where it is empty too. */
	readonly installTemplate: string | undefined;
	readonly preInstallScripts: Readonly<Record<string, Uint8Array>>;
	readonly extraContext: Readonly<Record<string, string>>;
	readonly disableUpdates: boolean;
	readonly enableBootDebug: boolean;
	readonly extraPackages: readonly string[];
	/** What is absent comes from the flavor. */
	readonly machine: {
		readonly cores?: number;
		readonly sockets?: number;
		readonly memoryMiB?: number;
		readonly diskGiB?: number;
		readonly cpu?: string;
	};
	/** Absent: as the config says. */
	readonly fullClone: boolean | undefined;
	readonly nodes: readonly string[] | undefined;
	readonly network:
		| {
				readonly bridge?: string;
				readonly vlan?: number;
				readonly model?: string;
				readonly mtu?: number;
				readonly firewall?: boolean;
		  }
		| undefined;
}

const encoded = (description: string, expected: string, decode: (text: string) => unknown) =>
	v.pipe(
		v.string(expected),
		v.check((text) => decode(text) !== undefined, expected),
		v.description(description),
		v.metadata({contentEncoding: 'base64'}),
	);

const known = {
	runner_install_template: v.optional(
		encoded(
			"Go template of the install script, in base64. GARM adds its own where the pool has none. Without it, or empty: the provider's own script.",
			'a UTF-8 text in base64 (standard alphabet, padded)',
			decodeBase64Text,
		),
	),
	pre_install_scripts: v.optional(
		named(
			'Scripts that run as root before the runner is installed, in the order of their names.',
			encoded('Script, in base64.', 'a text in base64 (standard alphabet, padded)', decodeBase64),
			'a table of scripts in base64, each under its name',
		),
		{},
	),
	extra_context: v.optional(
		named(
			'ExtraContext of runner_install_template.',
			v.pipe(v.string('a text'), v.description('Text.')),
			'a table of texts, each under its name',
		),
		{},
	),
	disable_updates: v.optional(yesOrNo('No package upgrade and no default packages at boot.'), false),
	enable_boot_debug: v.optional(yesOrNo('Makes the install script tell what it does.'), false),
	extra_packages: v.optional(
		v.pipe(
			v.array(
				v.pipe(v.string('a package name'), v.nonEmpty('a package name'), v.description('Name of a package.')),
				'a list of package names',
			),
			v.description('Packages to install at boot; Linux only.'),
		),
		[],
	),
	...machineEntries('the flavor'),
	full_clone: v.optional(
		yesOrNo("true: full clones; false: linked clones. Without it: as clone.mode of the provider's config says."),
	),
	nodes: v.optional(nodeList("as the provider's config says")),
	network: v.optional(
		table(
			"First network card, key by key over the config's. Without it: as the provider's config says.",
			networkEntries("the provider's config, or the template,"),
		),
	),
};

const extraSpecs = v.pipe(
	onlyTables(v.strictObject(known), 'an object of known keys'),
	v.title('Extra specs of a pool of garm-provider-proxmox'),
	v.description('What garm-cli takes as --extra-specs; null and absent are the same as {}.'),
);

/** Reads a pool's extra specs; null and undefined wish for nothing. Throws `bad-request` with every reason. */
export function parseExtraSpecs(value: unknown): RunnerWishes {
	const {output, issues, success} = v.safeParse(extraSpecs, value ?? {});
	if (!success) throw badRequest('extra_specs', reasonsOf(issues, extraSpecs, 'the document'));
	const {runner_install_template: template, pre_install_scripts: scripts, network} = output;
	return {
		// Empty is how a pool says "none" to a GARM that adds its own where the key is missing.
		installTemplate: decodeBase64Text(template ?? '') || undefined,
		preInstallScripts: Object.fromEntries(
			Object.entries(scripts).map(([name, script]) => [name, decodeBase64(script) ?? new Uint8Array()]),
		),
		extraContext: output.extra_context,
		disableUpdates: output.disable_updates,
		enableBootDebug: output.enable_boot_debug,
		extraPackages: output.extra_packages,
		machine: machineOf(output),
		fullClone: output.full_clone,
		nodes: output.nodes,
		network: network === undefined ? undefined : defined(network),
	};
}

/** The JSON schema (draft-07) of a pool's extra specs; it takes null, as GARM sends it for a pool without any. */
export function extraSpecsJsonSchema(): object {
	const schema = toJsonSchema(extraSpecs, {typeMode: 'input', ignoreActions: ['check']});
	return {...schema, type: ['object', 'null']};
}
