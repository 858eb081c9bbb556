import type {Datacenter} from './datacenter.ts';
import type {Guest, NodeState} from './world.ts';

// CLUSTER section 11: seconds until HA's node status follows, and until a dead node's VMs are taken over.
const maintenanceMs = 10_800;
const failOverMs = 139_000;
const restartMs = 7000;
const forgottenMs = 300_000;

/** Changes a node's state; what follows from it (killed workers, fail-over, suspended requests) follows. */
export function setNodeState(dc: Datacenter, name: string, state: NodeState): void {
	const node = dc.world.nodes[name];
	if (node === undefined) throw new TypeError(`no node '${name}' in this world`);
	if (node.state === state) return;
	const before = node.state;
	const awayMs = dc.clock.genuine(dc.clock.now() - node.since);
	node.state = state;
	node.since = dc.clock.now();
	if (before === 'dead') comeBack(dc, name, awayMs);
	if (state === 'dead') die(dc, name);
	if (state === 'maintenance') later(dc, name, state, maintenanceMs, () => setHa(dc, name, 'maintenance'));
	if (before === 'maintenance') later(dc, name, state, maintenanceMs, () => setHa(dc, name, 'online'));
	if (before === 'api-hanging' || before === 'daemon-hanging')
		for (const goOn of dc.suspended.get(name)?.splice(0) ?? []) goOn();
}

/** Acts later, unless the node has changed its state again. */
function later(dc: Datacenter, name: string, state: NodeState, ms: number, act: () => void): void {
	const since = dc.world.nodes[name]?.since;
	dc.clock.after(ms, () => {
		if (dc.world.nodes[name]?.since === since && dc.world.nodes[name]?.state === state) act();
	});
}

/** Once HA has been used, every node shows its `hastate`. */
function setHa(dc: Datacenter, name: string, hastate: string): void {
	for (const node of Object.values(dc.world.nodes)) node.hastate ??= 'online';
	const node = dc.world.nodes[name];
	if (node !== undefined) node.hastate = hastate;
}

function die(dc: Datacenter, name: string): void {
	dc.tasks.killNode(name);
	const waiting = dc.suspended.get(name);
	waiting?.splice(0);
	for (const guest of Object.values(dc.world.guests)) {
		if (guest.node !== name) continue;
		const wasRunning = guest.power !== 'stopped';
		guest.power = 'stopped';
		guest.stoppedAt = dc.clock.now();
		if (guest.ha === undefined) continue;
		later(dc, name, 'dead', failOverMs, () => {
			const target = Object.keys(dc.world.nodes).find((other) => dc.world.nodes[other]?.state === 'online');
			if (target === undefined) return;
			guest.node = target;
			if (wasRunning) dc.clock.after(restartMs, () => startAgain(dc, guest));
		});
	}
	if (dc.world.nodes[name]?.hastate !== undefined) {
		later(dc, name, 'dead', 18_800, () => setHa(dc, name, 'unknown'));
		later(dc, name, 'dead', 68_900, () => setHa(dc, name, 'fence'));
	}
}

/** HA's agent on the other node has found it in its list. */
function startAgain(dc: Datacenter, guest: Guest): void {
	if (guest.power !== 'stopped' || guest.ha !== 'started') return;
	guest.power = 'running';
	guest.startedAt = dc.clock.now();
	guest.pid = dc.tasks.nextPid();
}

/** Away for more than five minutes: `unknown` until the first broadcast, else the old figures count. */
function comeBack(dc: Datacenter, name: string, awayMs: number): void {
	if (awayMs > forgottenMs) dc.broadcast.forget(name);
	if (dc.world.nodes[name]?.hastate !== undefined) setHa(dc, name, 'online');
}
