import type {Effect, FaultMatch} from '../../simulator/fault-script.ts';
import type {LoggedRequest, Simulator} from '../../simulator/index.ts';
import {taskOf} from '../point.ts';

/** One way in which a request can go wrong. */
export interface FaultKind {
	readonly name: string;
	/** Whether it can strike such a request; every one where nothing is said. */
	readonly fits?: (request: LoggedRequest, world: Simulator['world'], shape: string) => boolean;
	/** Brings it about, just before PVE looks at the request. */
	readonly strike: (stage: StrikeStage) => void | Promise<void>;
	/** What a failure has to speak of, where the cause cannot pass. */
	readonly tells?: RegExp;
	/** Whether it switches nodes off, and with them the VMs of other people. */
	readonly killsNodes?: true;
	/** Real processes can sit it out: no wait of it is longer than a second at the simulator's instant pace. */
	readonly quick?: true;
}

export interface StrikeStage {
	readonly simulator: Simulator;
	readonly request: LoggedRequest;
	/** The VMID of the runner, where it is known. */
	readonly vmid: number | undefined;
	/** Lets another process do the same to its end, as GARM may. */
	readonly runTwin: () => Promise<void>;
}

const forks = ({operation}: LoggedRequest): boolean => operation in taskOf;
const writes = (request: LoggedRequest): boolean => forks(request) || request.operation === 'config-put';
const is =
	(...operations: readonly string[]) =>
	({operation}: LoggedRequest): boolean =>
		operations.includes(operation);
const severalNodes = (_request: LoggedRequest, {nodes}: Simulator['world']): boolean => Object.keys(nodes).length > 1;

/** Strikes this one request with an effect of the fault script. */
const once =
	(effect: Effect | ((stage: StrikeStage) => Effect)): FaultKind['strike'] =>
	(stage) => {
		const {simulator, request} = stage;
		const given = typeof effect === 'function' ? effect(stage) : effect;
		simulator.faults.add({match: exactly(request), times: 1, effect: given});
	};

/** Matches this request and no other one beside it. */
const exactly = ({method, path}: LoggedRequest): FaultMatch => ({
	method,
	path: `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
});

type Answer = Extract<Effect, {readonly kind: 'answer'}>;

const answer = (status: number, reason: string, act: NonNullable<Answer['act']> = 'none'): Answer => ({
	kind: 'answer',
	status,
	reason,
	act,
});

/** PVE's own way to say no: the words stand in the reason phrase and in the body. */
const refusal = (status: number, words: string, act: 'none' | 'before' = 'none'): Effect => ({
	...answer(status, words, act),
	body: JSON.stringify({data: null, message: `${words}\n`}),
	contentType: 'application/json;charset=UTF-8',
});

const page = (status: number, act: 'none' | 'before'): Effect => ({
	...answer(status, status === 200 ? 'OK' : 'Bad Gateway', act),
	body: '<html><head><title>proxy</title></head><body>one moment please</body></html>',
	contentType: 'text/html',
});

const task = (exitstatus: string, act = false): Effect => ({kind: 'task', exitstatus, act});

const lockFile = ({request, vmid}: StrikeStage): string => {
	const own = request.form.newid ?? vmid ?? /\/qemu\/(\d+)/.exec(request.path)?.[1] ?? '';
	return `can't lock file '/var/lock/qemu-server/lock-${own}.conf' - got timeout`;
};

const whileMs = 60_000;

/** Some nodes leave for a while; more than half of a cluster, so that nothing can be written. */
const nodesFail =
	(state: 'no-quorum' | 'api-hanging', share: 'most' | 'own'): FaultKind['strike'] =>
	({simulator, request}) => {
		const names = Object.keys(simulator.world.nodes);
		const failing = share === 'own' ? [request.node] : names.slice(0, Math.floor(names.length / 2) + 1);
		for (const node of failing) {
			simulator.faults.add({match: exactly(request), times: 1, effect: {kind: 'node', node, state, ms: whileMs}});
		}
	};

const dies =
	(nodeOf: (stage: StrikeStage) => string | undefined, ms?: number): FaultKind['strike'] =>
	(stage) => {
		const node = nodeOf(stage);
		if (node === undefined) return;
		stage.simulator.faults.add({
			match: exactly(stage.request),
			times: 1,
			effect: {kind: 'node', node, state: 'dead', ...(ms === undefined ? {} : {ms})},
		});
	};

const vmNode = ({simulator, vmid, request}: StrikeStage): string =>
	(vmid === undefined ? undefined : simulator.world.guests[vmid]?.node) ?? request.node;
const targetOf = ({request}: StrikeStage): string => String(request.form.target ?? request.node);

/** Every kind of fault, one line each where it can be. */
export const kinds: readonly FaultKind[] = [
	{name: 'answer-lost', strike: once({kind: 'drop-answer'}), quick: true},
	{name: 'reset-before', strike: once({kind: 'reset'}), quick: true},
	{name: 'reset-acted-later', fits: writes, strike: once({kind: 'reset-late', ms: 2000}), quick: true},
	{name: '595', strike: once(answer(595, 'Connection refused')), quick: true},
	{name: '596-acted', strike: once(answer(596, 'Connection timed out', 'before')), quick: true},
	{name: '596-not-acted', strike: once(answer(596, 'Broken pipe')), quick: true},
	{name: '596-acted-30s-later', fits: writes, strike: once(answer(596, 'Connection timed out', {afterMs: 30_000}))},
	{name: '599', strike: once(answer(599, 'Too many redirections', 'before')), quick: true},
	{
		name: 'no-worker-upid',
		fits: forks,
		strike: once(refusal(500, 'got no worker upid - start worker failed')),
		quick: true,
	},
	{
		name: 'active-lock-after-fork',
		fits: forks,
		strike: once(refusal(500, "can't lock file '/var/log/pve/tasks/.active.lock' - got timeout", 'before')),
		quick: true,
	},
	{
		name: 'template-lock-timeout',
		fits: is('clone'),
		strike: once(({request}) => {
			const [, template] = /\/qemu\/(\d+)/.exec(request.path) ?? [];
			return task(`can't lock file '/var/lock/qemu-server/lock-${template}.conf' - got timeout`);
		}),
		quick: true,
	},
	{
		name: 'target-lock-timeout',
		fits: is('clone', 'start', 'stop', 'destroy', 'resize'),
		strike: once((stage) => task(lockFile(stage))),
		quick: true,
	},
	{
		name: 'config-lock-timeout',
		fits: is('config-put'),
		strike: once((stage) => refusal(500, lockFile(stage))),
		quick: true,
	},
	{
		name: 'shared-storage-lock-timeout',
		fits: is('clone'),
		strike: once(task("clone failed: cfs-lock 'storage-shared' error: got lock request timeout")),
		quick: true,
	},
	{
		name: 'local-storage-lock-timeout',
		fits: is('clone'),
		strike: once(task("clone failed: can't lock file '/var/lock/pve-manager/pve-storage-local-lvm' - got timeout")),
		quick: true,
	},
	{
		name: 'template-in-backup',
		fits: is('clone', 'config-get', 'resources'),
		strike: once(({simulator}) => {
			const templates = Object.values(simulator.world.guests).filter(({config}) => config.template === '1');
			const vmid = templates.find(({config}) => config.name?.startsWith('ubuntu'))?.vmid ?? 0;
			return {kind: 'lock', vmid, lock: 'backup', ms: whileMs};
		}),
	},
	{
		name: 'vm-in-backup',
		strike: once(({vmid}) => ({kind: 'lock', vmid: vmid ?? 0, lock: 'backup', ms: whileMs})),
	},
	{name: 'worker-vanished', fits: forks, strike: once(task('unexpected status')), quick: true},
	{name: 'worker-vanished-acted', fits: forks, strike: once(task('unexpected status', true)), quick: true},
	{name: 'worker-killed', fits: forks, strike: once({kind: 'kill-worker', afterMs: 90}), quick: true},
	{name: 'task-warns', fits: forks, strike: once(task('WARNINGS: 1', true)), quick: true},
	{
		name: 'task-fails',
		fits: forks,
		strike: once(task('something that nobody has heard of')),
		tells: /something that nobody has heard of/,
		quick: true,
	},
	{name: 'task-unknown-at-first', fits: forks, strike: once({kind: 'task-unknown', times: 4}), quick: true},
	{name: 'task-never-known', fits: forks, strike: once({kind: 'task-unknown', times: 1000})},
	{name: 'slow', strike: once({kind: 'delay', ms: 45_000})},
	{name: 'silent', strike: once({kind: 'hang'})},
	{
		name: '401',
		strike: ({simulator}) => simulator.faults.add({match: {}, effect: answer(401, 'No ticket')}),
		tells: /API token/,
		quick: true,
	},
	{
		name: '403-on-one-path',
		strike: ({simulator, request}) =>
			simulator.faults.add({
				match: exactly(request),
				effect: refusal(403, 'Permission check failed (/some/path, Some.Privilege)'),
			}),
		tells: /Permission check failed/,
		quick: true,
	},
	{
		name: 'storage-full',
		fits: is('clone', 'upload'),
		strike: once(({simulator, request}) => ({kind: 'storage-full', storage: storageOf(simulator, request)})),
		tells: /No space left on device/,
		quick: true,
	},
	{
		name: 'storage-full-for-a-while',
		fits: is('clone', 'upload'),
		strike: once(({simulator, request}) => ({
			kind: 'storage-full',
			storage: storageOf(simulator, request),
			ms: whileMs,
		})),
	},
	{name: 'quorum-lost-for-a-while', strike: nodesFail('no-quorum', 'most')},
	{name: 'own-node-hangs-for-a-while', fits: severalNodes, strike: nodesFail('api-hanging', 'own')},
	{name: 'vm-node-dies-for-a-while', fits: severalNodes, killsNodes: true, strike: dies(vmNode, 3 * whileMs)},
	{name: 'vm-node-dies', fits: severalNodes, killsNodes: true, strike: dies(vmNode)},
	{
		name: 'target-dies-during-clone',
		fits: (request, world) => severalNodes(request, world) && request.operation === 'clone',
		killsNodes: true,
		strike: dies(targetOf),
	},
	{
		name: 'template-node-dies-during-clone',
		fits: (request, world) => severalNodes(request, world) && /^(?:clone|poll)/.test(request.operation),
		killsNodes: true,
		strike: dies(({request}) => request.node, 3 * whileMs),
	},
	{name: 'vmid-taken-in-the-worker', fits: is('clone'), strike: once({kind: 'take-vmid'}), quick: true},
	{name: 'vmid-taken-before', fits: is('clone'), strike: once({kind: 'take-vmid', when: 'post'}), quick: true},
	{name: 'twin-finishes', strike: ({runTwin}) => runTwin()},
	{name: 'stale-resources', strike: once({kind: 'stale-resources', ms: whileMs})},
	{
		// PVE migrates no linked clone on local storage.
		name: 'vm-moves',
		fits: (_request, _world, shape) => shape === 'cluster-shared',
		strike: ({simulator, vmid}) => {
			const names = Object.keys(simulator.world.nodes);
			const guest = simulator.world.guests[vmid ?? 0];
			if (guest === undefined || guest.config.lock !== undefined) return;
			simulator.migrate(guest.vmid, names[(names.indexOf(guest.node) + 1) % names.length] ?? '');
		},
		quick: true,
	},
	{name: 'page-cut', strike: once({kind: 'truncate'}), quick: true},
	{name: 'html-not-acted', strike: once(page(502, 'none')), quick: true},
	{name: 'html-acted', strike: once(page(502, 'before')), quick: true},
	{name: 'html-200', strike: once(page(200, 'before')), quick: true},
	{name: 'unknown-500', strike: once(refusal(500, 'a text that nobody has heard of')), quick: true},
];

function storageOf({world}: Simulator, {operation, path}: LoggedRequest): string {
	if (operation === 'upload') return path.split('/')[4] ?? '';
	const template = world.guests[Number(/\/qemu\/(\d+)/.exec(path)?.[1])];
	return template?.config.scsi0?.split(':')[0] ?? '';
}
