import {type Finding, listed} from './finding.ts';

/** A `[[provider]]` section of GARM's own config, and what the files that it names are. */
export interface GarmSection {
	readonly name: string;
	/** Empty where GARM takes its default, v0.1.0. */
	readonly interfaceVersion: string;
	readonly executable: string;
	/** What is wrong with the executable; absent where GARM can start it. */
	readonly executableProblem?: string;
	readonly environmentVariables: readonly string[];
	readonly execTimeoutSeconds?: number;
}

/** What the sections are held against. */
export interface GarmContext {
	/** GARM's own config file. */
	readonly garmConfig: string;
	/** The provider config that is looked at. */
	readonly config: string;
	/** Whether node lies where a shell without PATH looks for it. */
	readonly nodeWithoutPath: boolean;
	readonly createSeconds: number;
	readonly operationSeconds: number;
	readonly spokenVersions: readonly string[];
}

/** Whether GARM starts this provider, with this config, in a way that works. `sections` are those that name the config. */
export function checkGarm(sections: readonly GarmSection[], context: GarmContext): readonly Finding[] {
	if (sections.length === 0) {
		return [
			{
				topic: 'garm',
				level: 'failure',
				what: `${context.garmConfig} has no [[provider]] section with config_file = "${context.config}"`,
				why: 'GARM does not know this provider. README.md has the section.',
			},
		];
	}
	return sections.flatMap((section) => {
		const findings = [
			...checkVersion(section, context),
			...checkExecutable(section),
			...checkPath(section, context),
			...checkTimeout(section, context),
		];
		return findings.length > 0
			? findings
			: [{topic: 'garm', level: 'ok', what: `provider ${section.name} of GARM starts it as it should`} as const];
	});
}

// GARM afda4e7 runner/providers/v0.1.1/external.go:268 returns an error for every list that it could read.
function checkVersion({name, interfaceVersion}: GarmSection, {spokenVersions}: GarmContext): readonly Finding[] {
	const set = ['interface_version = "v0.1.0"   # in [provider.external] of GARM\'s config'];
	if (interfaceVersion === '' || interfaceVersion === spokenVersions[0]) return [];
	if (spokenVersions.includes(interfaceVersion)) {
		return [
			{
				topic: 'garm',
				level: 'warning',
				what: `provider ${name} uses interface ${interfaceVersion}`,
				why: "GARM's own code for it fails on every list, so GARM never notices a VM that stopped. Use v0.1.0.",
				set,
			},
		];
	}
	return [
		{
			topic: 'garm',
			level: 'failure',
			what: `provider ${name} asks for interface ${interfaceVersion}`,
			why: `GARM does not start with it. Known are ${listed(spokenVersions)}.`,
			set,
		},
	];
}

function checkExecutable({name, executable, executableProblem}: GarmSection): readonly Finding[] {
	if (executableProblem === undefined) return [];
	return [
		{
			topic: 'garm',
			level: 'failure',
			what: `GARM cannot start the executable of provider ${name}`,
			why: `${executable || 'provider_executable'} ${executableProblem}. GARM itself does not start then.`,
		},
	];
}

function checkPath({name, environmentVariables}: GarmSection, {nodeWithoutPath}: GarmContext): readonly Finding[] {
	// config/external.go: a variable is handed on where its name begins with a configured one.
	if (nodeWithoutPath || environmentVariables.some((each) => each !== '' && 'PATH'.startsWith(each))) return [];
	return [
		{
			topic: 'garm',
			level: 'failure',
			what: `provider ${name} is started without PATH, and node is not in /usr/local/bin, /usr/bin or /bin`,
			why: 'GARM hands no variable on unless it is told to.',
			set: ['environment_variables = ["PATH"]   # in [provider.external] of GARM\'s config'],
		},
	];
}

function checkTimeout(
	{name, execTimeoutSeconds}: GarmSection,
	{createSeconds, operationSeconds}: GarmContext,
): readonly Finding[] {
	const longest = Math.max(createSeconds, operationSeconds);
	if (execTimeoutSeconds === undefined || execTimeoutSeconds === 0 || execTimeoutSeconds >= longest) return [];
	return [
		{
			topic: 'garm',
			level: 'warning',
			what: `provider ${name} is killed after ${execTimeoutSeconds} s (exec_timeout_seconds)`,
			why: `The provider itself may take ${longest} s. A killed call leaves its work to GARM's next one.`,
			set: [`exec_timeout_seconds = ${longest}   # in [provider.external] of GARM's config`],
		},
	];
}
