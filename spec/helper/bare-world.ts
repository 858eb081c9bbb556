import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Choice} from '../../lib/access/choice.ts';
import {setupSteps} from '../../lib/access/setup-plan.ts';
import {silentLogger} from '../../lib/log/logger.ts';
import {logIn} from '../../lib/pve/admin.ts';
import {systemClock} from '../../lib/time/clock.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';
import {type Simulator, startSimulator} from '../../tools/simulator/index.ts';
import {rootPassword} from '../../tools/simulator/world/build.ts';
import {smallWorld} from '../../tools/simulator/world/small.ts';
import type {PveVersion, World} from '../../tools/simulator/world.ts';

/** A world in which nobody has set anything up: templates, storages, and root. */
export function bareWorld(version: PveVersion): World {
	const world = smallWorld(version);
	const access = {users: {'root@pam': {enabled: true, password: rootPassword}}, tokens: {}, roles: {}, acl: []};
	return {...world, pools: {}, access};
}

/** What the set-up of a spec chooses. */
export const choice: Choice = {
	pool: 'garm',
	templatePool: 'garm-templates',
	templates: [9000, 9002],
	diskStorages: ['local-lvm'],
	seedStorage: 'garm-seeds',
	seedPath: '/var/lib/garm-seeds',
	networks: ['vmbr0'],
	user: 'garm@pve',
	token: 'provider',
};

/** Sets a bare world up, as `setup --apply` does; gives the secret of the token. */
export async function setUp(simulator: Simulator, own: Choice = choice): Promise<string> {
	const root = await logIn('root@pam', rootPassword, {
		urls: [simulator.url],
		tls: {fingerprint: simulator.fingerprint},
		requestTimeoutMs: 60_000,
		deadline: deadlineIn(600_000, systemClock),
		clock: systemClock,
		logger: silentLogger,
		random: Math.random,
	});
	let secret = '';
	for (const step of setupSteps(own, await root.observeAccess())) secret = (await root.take(step)) ?? secret;
	root.close();
	return secret;
}

/** A simulator of a bare world, and a folder, for as long as the spec runs. */
export async function startBare(
	t: ExecutionContext,
	version: PveVersion,
): Promise<{readonly simulator: Simulator; readonly folder: string}> {
	const simulator = await startSimulator({world: bareWorld(version)});
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-setup-'));
	t.teardown(async () => {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	});
	return {simulator, folder};
}

/** Writes a config that reaches the simulator with the token of the set-up, and gives its place. */
export async function writeConfig(simulator: Simulator, folder: string, secret: string, more = ''): Promise<string> {
	const file = path.join(folder, 'proxmox.toml');
	const text = `url = "${simulator.url}"
pool = "garm"
[token]
id = "garm@pve!provider"
secret = "${secret}"
[tls]
fingerprint = "${simulator.fingerprint}"
[storage]
seed = "garm-seeds"
${more}`;
	await writeFile(file, text, {mode: 0o600});
	return file;
}
