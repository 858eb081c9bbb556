import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {defined, machineEntries, machineOf, networkEntries, nodeList, table, yesOrNo} from '../checks.ts';
import {badRequest} from '../fault.ts';
import {reasonsOf} from '../reasons.ts';
import {decodeBase64} from './base64.ts';

/** What a pool wishes for its runners beyond GARM's own fields. */
export interface RunnerWishes {
	/** The text of `runner_install_template`. */
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

const base64 = (description: string) =>
	v.pipe(
		v.string('a text in base64'),
		v.check((text) => decodeBase64(text) !== undefined, 'a text in base64 (standard alphabet, padded)'),
		v.description(description),
	);
const extraSpecs = v.strictObject(
	{
		runner_install_template: v.optional(
			base64('Go template of the install script, base64. GARM sends its own where the pool has none.'),
		),
		pre_install_scripts: v.optional(
			v.pipe(
				v.record(v.string(), base64('Script, base64.'), 'a table of scripts'),
				v.description('Scripts that run as root, in the order of their names, before the runner is installed.'),
			),
		),
		extra_context: v.optional(
			v.pipe(
				v.record(v.string(), v.string('a text'), 'a table of texts'),
				v.description('ExtraContext of the install template.'),
			),
		),
		disable_updates: v.optional(yesOrNo('No package upgrade and no default packages at boot.')),
		enable_boot_debug: v.optional(yesOrNo('Makes the install script tell what it does.')),
		extra_packages: v.optional(
			v.pipe(
				v.array(v.string('a package name'), 'a list of package names'),
				v.description('Packages to install at boot.'),
			),
		),
		...machineEntries,
		full_clone: v.optional(yesOrNo("true: full clones, false: linked clones; else as the provider's config says.")),
		nodes: v.optional(nodeList),
		network: v.optional(table("First network card, over the config's.", networkEntries)),
	},
	'an object of known keys',
);

/** Reads a pool's extra specs; null and undefined wish for nothing. Throws `bad-request` with every reason. */
export function parseExtraSpecs(value: unknown): RunnerWishes {
	const {output, issues, success} = v.safeParse(extraSpecs, value ?? {});
	if (!success)
		throw badRequest(
			'extra_specs',
			reasonsOf(issues, extraSpecs, 'the document').map((reason) => `extra_specs: ${reason}`),
		);
	return {
		installTemplate:
			output.runner_install_template === undefined ? undefined : decodeText(output.runner_install_template),
		preInstallScripts: Object.fromEntries(
			Object.entries(output.pre_install_scripts ?? {}).map(([name, script]) => [
				name,
				decodeBase64(script) ?? new Uint8Array(),
			]),
		),
		extraContext: output.extra_context ?? {},
		disableUpdates: output.disable_updates ?? false,
		enableBootDebug: output.enable_boot_debug ?? false,
		extraPackages: output.extra_packages ?? [],
		machine: machineOf(output),
		fullClone: output.full_clone,
		nodes: output.nodes,
		network: output.network === undefined ? undefined : defined(output.network),
	};
}

/** The JSON schema (draft-07) of a pool's extra specs. */
export function extraSpecsJsonSchema(): object {
	return toJsonSchema(extraSpecs, {errorMode: 'ignore', typeMode: 'input'});
}

function decodeText(text: string): string {
	return new TextDecoder().decode(decodeBase64(text));
}
