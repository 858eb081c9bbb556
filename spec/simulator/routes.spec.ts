import test, {type ExecutionContext} from 'ava';
import type {AccessStep} from '../../lib/access/step.ts';
import {silentLogger} from '../../lib/log/logger.ts';
import {type Admin, logIn} from '../../lib/pve/admin.ts';
import {connectPve, type PveCluster} from '../../lib/pve/connect.ts';
import {probeEndpoint} from '../../lib/pve/probe.ts';
import {deadlineIn} from '../../lib/time/deadline.ts';
import {type Simulator, startSimulator} from '../../tools/simulator/index.ts';
import {rootPassword} from '../../tools/simulator/world/build.ts';
import {pacedClock} from '../helper/with-simulator.ts';
import {full} from './client.ts';

// Each table has a row for each function of lib that asks the cluster for something: the compiler misses a new one.

const node = 'pve';
const vmid = 500;
const seed = 'local:iso/seed.iso';

/** In an order in which each call finds what it is about. */
const clusterCalls: Readonly<Record<Exclude<keyof PveCluster, 'close'>, (cluster: PveCluster) => Promise<unknown>>> = {
	inventory: (cluster) => cluster.inventory(),
	isVmidFree: (cluster) => cluster.isVmidFree(vmid),
	clone: (cluster) =>
		cluster.clone({
			...({do: 'clone', templateVmid: 9000, templateNode: node, vmid, node, vmName: 'r-1', notes: ''} as const),
			...{full: true, storage: 'local-lvm', format: 'raw', pool: 'garm'},
		}),
	activeClones: (cluster) => cluster.activeClones([node]),
	activeUploads: (cluster) => cluster.activeUploads([node]),
	deadWork: (cluster) => cluster.deadWork([node]),
	vmTasks: (cluster) => cluster.vmTasks(node, vmid),
	nodeVms: (cluster) => cluster.nodeVms(node),
	vmConfig: (cluster) => cluster.vmConfig(node, vmid),
	uploadSeed: (cluster) => cluster.uploadSeed(node, 'local', 'seed.iso', new Uint8Array(2048)),
	seedVolumes: (cluster) => cluster.seedVolumes(node, 'local', ''),
	diskVolumes: (cluster) => cluster.diskVolumes(node, 'local-lvm'),
	configure: (cluster) => cluster.configure({do: 'configure', vmid, node, set: {cores: 2}, remove: ['tags']}),
	resize: (cluster) => cluster.resize(node, vmid, 'scsi0', 20),
	start: (cluster) => cluster.start(node, vmid),
	resume: (cluster) => cluster.resume(node, vmid),
	vmPower: (cluster) => cluster.vmPower(node, vmid),
	agentAddresses: (cluster) => cluster.agentAddresses(node, vmid, 60_000),
	stop: (cluster) => cluster.stop(node, vmid),
	destroy: (cluster) => cluster.destroy(node, vmid),
	removeSeed: (cluster) => cluster.removeSeed(node, seed),
	proveSight: (cluster) => cluster.proveSight(),
	privilegesOn: (cluster) => cluster.privilegesOn('/vms'),
	roles: (cluster) => cluster.roles(),
	pools: (cluster) => cluster.pools(),
	tagRules: (cluster) => cluster.tagRules(),
	networks: (cluster) => cluster.networks(node),
};

const user = 'ci@pve';
const steps: Readonly<Record<AccessStep['do'], AccessStep>> = {
	'add-role': {do: 'add-role', role: 'CI', privileges: ['VM.Audit']},
	'extend-role': {do: 'extend-role', role: 'CI', privileges: ['VM.Clone']},
	'add-pool': {do: 'add-pool', pool: 'ci', comment: ''},
	'add-members': {do: 'add-members', pool: 'ci', vmids: [102]},
	'add-storage': {do: 'add-storage', storage: 'seeds', path: '/var/lib/seeds'},
	'add-user': {do: 'add-user', user, comment: ''},
	'add-token': {do: 'add-token', user, token: 'runner'},
	grant: {do: 'grant', path: '/pool/ci', role: 'CI', whose: [user, `${user}!runner`]},
	revoke: {do: 'revoke', path: '/pool/ci', role: 'CI', whose: [user, `${user}!runner`]},
	'remove-members': {do: 'remove-members', pool: 'ci', vmids: [102]},
	'remove-token': {do: 'remove-token', user, token: 'runner'},
	'remove-user': {do: 'remove-user', user},
	'remove-pool': {do: 'remove-pool', pool: 'ci'},
	'remove-role': {do: 'remove-role', role: 'CI'},
	'remove-storage': {do: 'remove-storage', storage: 'seeds'},
};

const adminCalls: Readonly<Record<Exclude<keyof Admin, 'close'>, (admin: Admin) => Promise<unknown>>> = {
	observeAccess: (admin) => admin.observeAccess(),
	inventory: (admin) => admin.inventory(),
	take: async (admin) => {
		for (const step of Object.values(steps)) await admin.take(step);
	},
};

test('every call of lib is a route of the simulator, and does what it asks for', async (t) => {
	const simulator = await startSimulator({pveVersion: '9.2'});
	const clock = pacedClock();
	const options = {
		...{urls: simulator.urls, tls: {fingerprint: simulator.fingerprint}, requestTimeoutMs: 60_000},
		...{clock, logger: silentLogger, deadline: deadlineIn(24 * 60 * 60_000, clock), random: () => 0.5},
	};
	const token = {id: full, secret: simulator.tokens[full] ?? ''};
	const cluster = connectPve({...options, token});
	const admin = await logIn('root@pam', rootPassword, options);
	try {
		for (const [name, call] of Object.entries(clusterCalls)) await isRouted(t, simulator, name, () => call(cluster));
		for (const [name, call] of Object.entries(adminCalls)) await isRouted(t, simulator, name, () => call(admin));
		// A task that fails is asked for its log.
		Object.assign(simulator.world.guests[102]?.config ?? {}, {net0: 'virtio,bridge=nowhere'});
		await isRouted(t, simulator, 'a start that fails', () => t.throwsAsync(cluster.start(node, 102)));
		t.true(simulator.requests.some(({operation}) => operation === 'task-log'));
		await isRouted(t, simulator, 'probeEndpoint', () => probeEndpoint(simulator.url, {...options, token}));
	} finally {
		cluster.close();
		admin.close();
		await simulator.close();
	}
});

async function isRouted(
	t: ExecutionContext,
	simulator: Simulator,
	name: string,
	call: () => Promise<unknown>,
): Promise<void> {
	const from = simulator.requests.length;
	await t.notThrowsAsync(call, name);
	const asked = simulator.requests.slice(from);
	t.true(asked.length > 0, `${name} asks for nothing`);
	t.deepEqual(
		asked.filter(({operation}) => operation === 'unknown').map(({method, path}) => `${name}: ${method} ${path}`),
		[],
	);
}
