import type {ProviderAnswer} from '../../demo/provider-process.ts';
import type {World} from '../../simulator/index.ts';
import {instanceToken} from '../ask.ts';
import {runnersOn} from '../scene.ts';
import type {Operation} from './case.ts';

/** The runner that is asked for, and one beside it. */
export const runnerName = 'garm-ny9heeqyw2rl';
export const otherName = 'garm-0k3f9x2m1aqz';

/** Everything in an answer that is not true, not complete, or not said as it has to be. */
export function judge(
	operation: Operation,
	answer: ProviderAnswer,
	world: World,
	tells: RegExp | undefined,
): readonly string[] {
	const {exitCode, stdout, stderr} = answer;
	const said = `exit ${exitCode}, ${stderr.trim()}`;
	const secret = (stdout + stderr).includes(instanceToken) ? [`a secret is told: ${said}`] : [];
	if (exitCode === 0) return [...secret, ...falseSuccess(operation, answer, world)];
	if (exitCode !== 1) return [...secret, `only exit 0 and 1 are true: ${said}`];
	return [...secret, ...badSentence(operation, answer, tells)];
}

function badSentence(
	operation: Operation,
	{stdout, stderr}: ProviderAnswer,
	tells: RegExp | undefined,
): readonly string[] {
	const problems: string[] = [];
	if (!/^[A-Z][^\n]{20,}\n$/.test(stderr)) problems.push(`that is no sentence: ${stderr}`);
	if (/defect of garm-provider-proxmox|\bundefined\b|\[object|\bat \w+ \(/.test(stderr))
		problems.push(`that is no reason: ${stderr}`);
	if (tells !== undefined && !tells.test(stderr)) problems.push(`the cause is not told: ${stderr}`);
	if (operation === 'create' && !/"status":"error"/.test(stdout))
		problems.push(`the failed runner is not told: ${stdout}`);
	return problems;
}

function falseSuccess(operation: Operation, {stdout}: ProviderAnswer, world: World): readonly string[] {
	const own = runnersOn(world, runnerName);
	const powers = own.map((vmid) => world.guests[vmid]?.power);
	const seen = `its VMs: ${JSON.stringify(powers)}`;
	switch (operation) {
		case 'create':
			return powers.join() === 'running' && isReady(world, own[0]) ? [] : [`created, but ${seen}`];
		case 'delete':
			return own.length === 0 ? [] : [`deleted, but ${seen}`];
		case 'remove-all':
			return runnersOn(world).length === 0 ? [] : ['all are removed, but some are there'];
		case 'get':
			return /"name":"garm-ny9heeqyw2rl"/.test(stdout) ? [] : [`another runner is told: ${stdout}`];
		case 'list':
			return [runnerName, otherName]
				.filter((name) => !stdout.includes(`"name":"${name}"`))
				.map((name) => `${name} is left out`);
		case 'start':
			return powers.join() === 'running' ? [] : [`started, but ${seen}`];
		case 'stop':
			return powers.join() === 'stopped' ? [] : [`stopped, but ${seen}`];
	}
}

/** Whether a VM has what makes a runner of it: the tags, the seed, the size. */
function isReady(world: World, vmid: number | undefined): boolean {
	const {tags = '', ide2 = '', memory, scsi0 = ''} = world.guests[vmid ?? 0]?.config ?? {};
	return tags.includes('garm-name-') && ide2.includes('garm-seed-') && memory === '4096' && scsi0.includes('size=20G');
}
