import type {ProofCase} from './case.ts';
import type {Facts} from './facts.ts';

/** What is wrong with a run, and what is worth knowing of it all the same. */
export interface Verdict {
	readonly problems: readonly string[];
	readonly notes: readonly string[];
}

/** Judges a run by what GARM heard and by what the guest reports of itself; `instanceId` is the seed's. */
export function judge(
	proofCase: ProofCase,
	instanceId: string,
	timeline: readonly string[],
	facts: Facts | undefined,
): Verdict {
	const heard = [...storyProblems(proofCase, timeline), ...statusProblems(proofCase, timeline)];
	if (facts === undefined) {
		return {problems: [...heard, 'the guest sent no report of itself, or not a whole one'], notes: []};
	}
	const seen = [
		...machineProblems(proofCase, instanceId, facts),
		...userProblems(proofCase, facts),
		...runnerProblems(proofCase, timeline, facts),
		...packageProblems(proofCase, timeline, facts),
		...tokenProblems(proofCase, facts),
	];
	return {problems: [...heard, ...seen], notes: notesOn(proofCase, facts)};
}

function storyProblems({story}: ProofCase, timeline: readonly string[]): readonly string[] {
	let from = 0;
	for (const line of story) {
		const at = timeline.findIndex((each, n) => n >= from && line.test(each));
		if (at < 0) return [`after ${quote(timeline[from - 1] ?? 'the start')}, ${line} never came`];
		from = at + 1;
	}
	return [];
}

function statusProblems({ends, downloads}: ProofCase, timeline: readonly string[]): readonly string[] {
	const statuses = timeline.flatMap((line) => /^status (\w+)/.exec(line)?.[1] ?? []);
	const early = statuses.slice(0, -1).filter((status) => status !== 'installing');
	const refused = timeline.filter(
		(line) => line.startsWith('refused ') && (downloads || !/^refused download/.test(line)),
	);
	return [
		...differs('the last status', statuses.at(-1), ends),
		...(early.length === 0 ? [] : [`before the last status came ${early.join(', ')}`]),
		...refused.map((line) => `GARM ${line}`),
	];
}

function machineProblems({runnerName}: ProofCase, instanceId: string, facts: Facts): readonly string[] {
	return [
		...(/NoCloud.*\/dev\/sr0/.test(facts.datasource)
			? []
			: [`cloud-init took its seed from ${quote(facts.datasource)}`]),
		...differs('what cloud-init counts as errors', facts.cloudInitErrors, []),
		...differs('what cloud-init warns of', facts.cloudInitWarnings, []),
		...differs('the instance-id', facts.instanceId, instanceId),
		...differs('the host name', facts.hostName, runnerName),
		...differs('whether the host name has an address', facts.hostNameResolves, true),
	];
}

// garm-provider-common defaults/defaults.go: what jobs of the siblings' runners count on.
const groups = ['adm', 'cdrom', 'dialout', 'dip', 'docker', 'lxd', 'netdev', 'plugdev', 'sudo', 'video'];

function userProblems({authorizedKeys}: ProofCase, facts: Facts): readonly string[] {
	return [
		...differs("the runner user's groups", facts.groups, groups),
		...differs('its shell', facts.shell, '/bin/bash'),
		...differs('whether it may use sudo without a password', facts.sudo, true),
		...differs('its SSH keys', facts.authorizedKeys, authorizedKeys),
		...differs('whether anything ran as the runner user', facts.loginSessions > 0, true),
		...differs('what is left of the scripts', facts.leftOver, []),
	];
}

function runnerProblems({ends, id}: ProofCase, timeline: readonly string[], facts: Facts): readonly string[] {
	const isUp = ends === 'idle';
	const files = Object.entries(facts.owners).filter(([name]) => /^\.(?:runner|credentials|service)/.test(name));
	return [
		...differs('whether the service runs', facts.serviceActive, isUp),
		...differs('whether the service comes again after a reboot', facts.serviceEnabled, isUp),
		...differs('the number of registered files', files.length > 0, isUp),
		...files.flatMap(([name, owner]) => (owner.startsWith('runner ') ? [] : [`${name} is owned by ${owner}`])),
		...(isUp
			? differs(
					'who runs the runner',
					timeline.filter((line) => line.startsWith('online')),
					['online as runner'],
				)
			: []),
		...(isUp && id !== 'd' ? differs('who installed the dependencies', facts.dependenciesBy, 'root for runner') : []),
	];
}

function packageProblems(
	{updates, certificate}: ProofCase,
	timeline: readonly string[],
	facts: Facts,
): readonly string[] {
	const asked = timeline.some((line) => line.startsWith('package source'));
	return [
		...differs('whether packages were asked for', asked, updates),
		...differs('the packages', facts.packages, {
			'garm-proof-base': updates ? '2' : '1',
			'garm-proof-extra': updates ? '1' : '',
		}),
		...differs("whether the pool's CA is trusted", facts.certificateTrusted, certificate !== undefined),
	];
}

const installLog = '/var/log/garm-install.log';

function tokenProblems({traced}: ProofCase, facts: Facts): readonly string[] {
	const logs = facts.tokenForRoot.filter((file) => /^\/(?:var|run)\/log\//.test(file));
	return [
		...differs('where the runner user finds the token', facts.tokenForRunner, []),
		...differs('whether it finds it in the journal', facts.tokenInJournalForRunner, false),
		...differs('whether it finds it on the seed drive', facts.tokenOnSeedForRunner, false),
		...differs('in which logs root finds the token', logs, traced ? [installLog] : []),
	];
}

function notesOn({traced}: ProofCase, facts: Facts): readonly string[] {
	// What cloud-init keeps for itself is root's alone: userdata of other providers lies there too.
	const elsewhere = facts.tokenForRoot.filter((file) => !file.startsWith('/var/lib/cloud/') && file !== installLog);
	return [
		...(traced ? [`the script traces its token; only root reads ${installLog}`] : []),
		...(elsewhere.length > 0 ? [`root finds the token in ${elsewhere.join(', ')}`] : []),
	];
}

function differs(what: string, actual: unknown, expected: unknown): readonly string[] {
	const [is, should] = [quote(actual), quote(expected)];
	return is === should ? [] : [`${what}: ${is}, not ${should}`];
}

function quote(value: unknown): string {
	return JSON.stringify(value) ?? 'nothing';
}
