import type {NodeState} from '../../simulator/index.ts';
import type {Theatre} from '../theatre.ts';
import type {Interlude, Scene} from './scene.ts';

/** HA's manager and its agents look around every ten seconds. */
export const haRoundMs = 11_000;

/** Gives the node that the note names another state, and lets time pass in which others notice. */
export async function setNode({theatre, words}: Interlude, state: NodeState, waitMs = 0): Promise<void> {
	const name = words.slice(1).find((word) => word !== undefined) ?? '';
	if (theatre.simulator.world.nodes[name] === undefined) return;
	await theatre.simulator.setNode(name, state);
	if (waitMs > 0) await theatre.clock.advance(waitMs);
}

/** Brings all nodes back. */
export async function allOnline({simulator, clock}: Theatre, waitMs = 0): Promise<void> {
	for (const name of Object.keys(simulator.world.nodes)) await simulator.setNode(name, 'online');
	if (waitMs > 0) await clock.advance(waitMs);
}

/** Starts or stops the sshd of the node that the note names, or starts those of all. */
export function setSsh({simulator}: Theatre, ssh: boolean, name?: string): void {
	for (const [key, node] of Object.entries(simulator.world.nodes)) {
		if (name === undefined || key === name) simulator.world.nodes[key] = {...node, ssh};
	}
}

/** Kills the node that the note names, so many seconds later. */
export function killNodeLater({theatre: {simulator, clock}, words: [, name = '', seconds]}: Scene): void {
	clock.after(Number(seconds) * 1000, () => {
		simulator.setNode(name, 'dead').catch(() => undefined);
	});
}

const justNowMs = 500;

/** Kills every node but the one that is asked, so lately that it has not noticed. */
export async function loseQuorum({theatre: {simulator, clock}, exchange}: Scene): Promise<void> {
	const {nodes} = simulator.world;
	for (const name of Object.keys(nodes).filter((other) => other !== exchange.via)) {
		await simulator.setNode(name, 'dead');
		Object.assign(nodes[name] ?? {}, {since: clock.now() - justNowMs});
	}
}
