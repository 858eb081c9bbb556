import {constants} from 'node:fs';
import {access, realpath} from 'node:fs/promises';
import type {Config} from '../config/config.ts';
import {type GarmProvider, readGarmProviders} from '../config/garm-file.ts';
import type {Finding} from '../doctor/finding.ts';
import {checkGarm, type GarmSection} from '../doctor/garm-check.ts';
import {isFault} from '../fault.ts';
import {supportedInterfaceVersions} from '../garm/versions.ts';

// What `sh` searches where nobody hands a PATH on (the provider's first line starts node by it).
const foldersWithoutPath = ['/usr/local/bin', '/usr/bin', '/bin'];

/** What GARM's own config file says of the provider that uses `configFile`. */
export async function checkGarmFile(
	garmConfig: string,
	configFile: string,
	config: Config,
): Promise<readonly Finding[]> {
	try {
		const providers = await readGarmProviders(garmConfig);
		const own = await Promise.all(providers.map((each) => isSameFile(each.configFile, configFile)));
		const sections = await Promise.all(providers.filter((_, n) => own[n]).map(sectionOf));
		const {createMs, cleanupMs, operationMs} = config.timeouts;
		return checkGarm(sections, {
			garmConfig,
			config: configFile,
			nodeWithoutPath: (await Promise.all(foldersWithoutPath.map((folder) => problemOf(`${folder}/node`)))).includes(
				undefined,
			),
			createSeconds: (createMs + cleanupMs) / 1000,
			operationSeconds: operationMs / 1000,
			spokenVersions: supportedInterfaceVersions,
		});
	} catch (error) {
		if (!isFault(error, 'bad-request')) throw error;
		return [{topic: 'garm', level: 'failure', what: `${garmConfig} cannot be read`, why: error.message}];
	}
}

async function sectionOf(provider: GarmProvider): Promise<GarmSection> {
	const executableProblem = await problemOf(provider.executable);
	return {...provider, ...(executableProblem === undefined ? {} : {executableProblem})};
}

async function problemOf(file: string): Promise<string | undefined> {
	if (!file.startsWith('/')) return 'is no absolute path';
	try {
		await access(file, constants.X_OK);
		return undefined;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'may not be executed';
	}
}

async function isSameFile(one: string, other: string): Promise<boolean> {
	if (one === '') return false;
	const [a, b] = await Promise.all([one, other].map((file) => realpath(file).catch(() => file)));
	return a === b;
}
