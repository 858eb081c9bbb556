import test from 'ava';
import {type GrantedPlace, privilegesOf, type Right, rights, roleNames} from '../../lib/access/rights.ts';
import {createInstance} from '../../lib/command/create-instance.ts';
import {deleteInstance} from '../../lib/command/delete-instance.ts';
import type {Config} from '../../lib/config/config.ts';
import {readConfig} from '../../lib/config/read.ts';
import {isFault} from '../../lib/fault.ts';
import {checkCluster} from '../../lib/main/check-config.ts';
import {type Surroundings, withPlainTools} from '../../lib/main/connect.ts';
import {createSecrets} from '../../lib/main/secrets.ts';
import {trialRunner} from '../../lib/main/trial-runner.ts';
import {systemClock} from '../../lib/time/clock.ts';
import type {Simulator} from '../../tools/simulator/index.ts';
import {choice, setUp, startBare, writeConfig} from '../helper/bare-world.ts';
import {quickClock} from '../helper/quick-clock.ts';

// Every feature that asks for a right of its own: a disk size, a network, and a template with a cloud-init drive.
const features = `
[network]
vlan = 7
[flavors.big]
cores = 4
memory_mib = 8192
disk_gib = 40
[images.debian]
template = "debian-12-cloudinit"
[images.ubuntu]
template = 9000
`;
const surroundings: Surroundings = {
	io: {
		env: {},
		readInput: async () => '',
		writeOut() {},
		writeError() {},
		clock: systemClock,
		random: () => 0.5,
	},
	secrets: createSecrets(),
};

let runs = 0;

/** Makes a runner and removes it; gives what went wrong. */
async function wholeLife(config: Config): Promise<readonly string[]> {
	const name = `doctor-${runs++}`;
	const desired = trialRunner(config, {image: 'debian', flavor: 'big', name, created: '2026-11-23T20:00:00.000Z'});
	const faults: string[] = [];
	const note = (error: unknown) => {
		if (!isFault(error)) throw error;
		faults.push(error.message);
	};
	const session = {config, budgetMs: 600_000, clock: quickClock};
	await withPlainTools(session, surroundings, async (tools) => {
		await createInstance(desired, tools, {cleanupMs: 600_000}).catch(note);
		tools.deadline.renew(600_000);
		await deleteInstance(desired, tools).catch(note);
	});
	return faults;
}

async function prepare(t: Parameters<typeof startBare>[0], version: '8.4' | '9.2') {
	const {simulator, folder} = await startBare(t, version);
	const secret = await setUp(simulator);
	const config = await readConfig(await writeConfig(simulator, folder, secret, features));
	return {simulator, config};
}

function leftovers({world}: Simulator): readonly string[] {
	const seeds = Object.values(world.volumes).filter(({volid}) => volid.includes('garm-seed-'));
	return [...(world.pools.garm?.vms ?? []).map(String), ...seeds.map(({volid}) => volid)];
}

for (const version of ['8.4', '9.2'] as const) {
	test(`what setup grants on PVE ${version} is enough for a runner's whole life, and the doctor has nothing to say`, async (t) => {
		const {simulator, config} = await prepare(t, version);
		t.deepEqual(await wholeLife(config), []);
		t.deepEqual(leftovers(simulator), []);
		const findings = await checkCluster(config, {}, surroundings);
		t.deepEqual(
			findings.filter(({level}) => level !== 'ok'),
			[],
		);
	});

	test(`on PVE ${version} each privilege that setup grants is missed by the doctor, and by exactly the call that needs it`, async (t) => {
		const {simulator, config} = await prepare(t, version);
		const known = privilegesOf(Number.parseInt(version, 10));
		const {roles} = simulator.world.access;
		for (const right of rights.filter(({need}) => need !== 'reserved-tags')) {
			const privilege = right.privileges.find((each) => known.includes(each)) ?? '';
			const role = roleNames[right.on as GrantedPlace];
			const whole = roles[role] ?? [];
			roles[role] = whole.filter((each) => each !== privilege);
			const what = `without ${privilege} in ${role}`;

			const findings = await checkCluster(config, {}, surroundings);
			const level = right.need === 'comfort' ? 'warning' : 'failure';
			const named = findings.filter((finding) => finding.level !== 'ok' && JSON.stringify(finding).includes(privilege));
			t.deepEqual([...new Set(named.map((finding) => finding.level))], [level], what);

			const faults = await wholeLife(config);
			if (right.need === 'comfort') t.deepEqual(faults, [], what);
			else
				t.true(
					faults.some((fault) => isAbout(right, privilege, fault)),
					`${what}: ${faults.join('\n')}`,
				);
			roles[role] = whole;
		}
	});
}

function isAbout({on}: Right, privilege: string, fault: string): boolean {
	// PVE says no more where a right on the VM or on the pool would do (RPCEnvironment.pm, an OR group).
	if (privilege === 'VM.Allocate') return fault.includes('Permission check failed.');
	// A template that nobody may see is not there.
	if (on === 'templates' && privilege === 'VM.Audit') return fault.includes('that the token may see (VM.Audit)');
	return new RegExp(`Permission check failed \\([^)]*${privilege.replaceAll('.', '\\.')}`).test(fault);
}

test('no grant of the set-up is wider than its place', async (t) => {
	const {simulator} = await prepare(t, '9.2');
	const paths = simulator.world.access.acl.map(({path}) => path);
	t.deepEqual([...new Set(paths)].sort(), [
		'/nodes',
		'/pool/garm',
		'/pool/garm-templates',
		'/sdn/zones/localnetwork/vmbr0',
		'/storage/garm-seeds',
		'/storage/local-lvm',
	]);
	t.deepEqual(simulator.world.pools['garm-templates']?.vms, choice.templates);
});
