import {readFile} from 'node:fs/promises';
import * as v from 'valibot';
import {badRequest} from '../fault.ts';
import {reasonsOf} from '../reasons.ts';
import {readToml} from './toml.ts';

/** An external provider in GARM's own config file. */
export interface GarmProvider {
	readonly name: string;
	/** Empty where it is left out. */
	readonly configFile: string;
	readonly executable: string;
	readonly interfaceVersion: string;
	readonly environmentVariables: readonly string[];
	readonly execTimeoutSeconds?: number;
}

// GARM config/external.go: everything else in the file is none of our business, and secret in parts.
const external = v.looseObject({
	config_file: v.optional(v.string('a path'), ''),
	provider_executable: v.optional(v.string('a path'), ''),
	provider_dir: v.optional(v.string('a path'), ''),
	interface_version: v.optional(v.string('a version'), ''),
	environment_variables: v.optional(v.array(v.string('a name'), 'a list of names'), []),
	exec_timeout_seconds: v.optional(v.number('a number of seconds')),
});
const garmFile = v.looseObject({
	provider: v.optional(
		v.array(v.looseObject({name: v.optional(v.string('a name'), ''), external: v.optional(external)}), 'a list'),
		[],
	),
});

/** The external providers of GARM's config file; throws `bad-request`, with no value of the file, where it cannot be read. */
export async function readGarmProviders(file: string): Promise<readonly GarmProvider[]> {
	const {output, issues, success} = v.safeParse(garmFile, readToml(await readText(file)));
	if (!success) throw badRequest(`GARM's config ${file}`, reasonsOf(issues, garmFile, 'the file'));
	return output.provider.flatMap(({name, external: section}) => {
		if (section === undefined) return [];
		const {provider_executable: executable, provider_dir: folder, exec_timeout_seconds: seconds} = section;
		return {
			name,
			configFile: section.config_file,
			executable: executable === '' && folder !== '' ? `${folder}/garm-external-provider` : executable,
			interfaceVersion: section.interface_version,
			environmentVariables: section.environment_variables,
			...(seconds === undefined ? {} : {execTimeoutSeconds: seconds}),
		};
	});
}

async function readText(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest(`GARM's config ${file}`, [`it cannot be read (${code}).`]);
	}
}
