import type {Simulator} from '../../simulator/index.ts';
import {type Fate, succeeded} from '../fate.ts';
import type {Theatre} from '../theatre.ts';
import {dataOf, type Exchange} from '../transcript.ts';
import type {Scene} from './scene.ts';

/** What is inside a guest is its own affair: the recording tells whether it heeds a shutdown, and whether its agent is up. */
export function setInside(theatre: Theatre, exchange: Exchange, fates: ReadonlyMap<string, Fate>): void {
	const guest = guestOf(theatre, exchange);
	if (guest === undefined) return;
	if (exchange.path.endsWith('/status/shutdown')) guest.inside = {...guest.inside, deaf: !succeeded(exchange, fates)};
	if (!exchange.path.includes('/agent/')) return;
	const {status, reason} = exchange.answer;
	if (status === 200) guest.inside = {...guest.inside, agentAfterMs: 0};
	else if (reason === 'QEMU guest agent is not running') guest.inside = {...guest.inside, agentAfterMs: 'never'};
}

const guestOf = ({simulator}: Theatre, {path}: Exchange): Simulator['world']['guests'][number] | undefined =>
	simulator.world.guests[Number(/\/qemu\/(\d+)\//.exec(path)?.[1])];

/** Moves the config file of the VM that the note names to the node that it names; its volumes stay where they are. */
export function moveConfig({theatre: {simulator}, words: [, vmid, node = '']}: Scene): void {
	const guest = simulator.world.guests[Number(vmid)];
	if (guest !== undefined) guest.node = node;
}

const unheardMs = 2000;

/** Sends a clone that nobody waited for: it is not in the recording, the VM that came of it is. */
export async function cloneUnheard({theatre, sender, exchange}: Scene): Promise<void> {
	const newid = /\/qemu\/(\d+)\//.exec(exchange.path)?.[1] ?? '';
	const source = /base-(\d+)-/.exec(JSON.stringify(dataOf(exchange.answer)))?.[1];
	const node = /^\/nodes\/([^/]+)\//.exec(exchange.path)?.[1];
	const {name = ''} = (dataOf(exchange.answer) ?? {}) as {readonly name?: string};
	const form = new URLSearchParams({newid, name}).toString();
	await theatre.play([() => sender.ask(exchange, 'POST', `/nodes/${node}/qemu/${source}/clone`, form)]);
	await theatre.clock.advance(unheardMs);
}

/** Destroys the VM that the note names: the recorder did so without writing it down. */
export async function destroy({theatre, sender, exchange, words: [, vmid]}: Scene): Promise<void> {
	const node = theatre.simulator.world.guests[Number(vmid)]?.node;
	if (node === undefined) return;
	await theatre.play([() => sender.ask(exchange, 'DELETE', `/nodes/${node}/qemu/${vmid}`)]);
	await theatre.until(() => theatre.simulator.world.guests[Number(vmid)] === undefined);
}
