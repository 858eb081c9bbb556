import type {Twist} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import type {Effect} from '../fault-script.ts';
import {allRows} from '../rule/resources.ts';
import type {Answer} from './answer.ts';
import {type Asked, Broken, type Frontend, targetOf} from './frontend.ts';

/** The effects that replace, cut or withhold an answer. */
export const spoiling = new Set<Effect['kind']>(['drop-answer', 'reset', 'reset-late', 'hang', 'answer', 'truncate']);

/** An answer that a fault replaces, cuts or withholds. */
export async function spoilt(dc: Datacenter, effect: Effect, act: () => Promise<Answer>): Promise<Answer> {
	const later = (ms: number): void =>
		dc.tasks.track(
			new Promise<void>((resolve) => {
				dc.clock.after(ms, resolve);
			}).then(act),
		);
	switch (effect.kind) {
		case 'reset':
			throw new Broken('reset');
		case 'reset-late':
			later(effect.ms);
			throw new Broken('reset');
		case 'hang':
			return await new Promise<never>(() => undefined);
		case 'drop-answer':
			await act();
			throw new Broken('answer dropped');
		case 'truncate':
			throw new Broken('truncated', await act());
		case 'answer': {
			const {status, reason, body, contentType, act: when = 'none'} = effect;
			if (when === 'before') await act();
			else if (when !== 'none') later(when.afterMs);
			return {
				...{status, reason},
				...(body === undefined ? {} : {body}),
				...(contentType === undefined ? {} : {contentType}),
			};
		}
		default:
			return await act();
	}
}

/** What a fault changes in the world just before the act, and what it adds to the act. */
export function prepare(frontend: Frontend, asked: Asked, effects: readonly Effect[]): Twist {
	const {dc, unknownPolls} = frontend;
	let twist: Twist = {};
	for (const effect of effects) {
		if (effect.kind === 'task') {
			const {exitstatus, log: lines, act: acts} = effect;
			twist = {...twist, task: {exitstatus, ...(lines && {log: lines}), ...(acts === undefined ? {} : {act: acts})}};
		}
		if (effect.kind === 'kill-worker') twist = {...twist, killAfterMs: effect.afterMs ?? 30};
		if (effect.kind === 'task-unknown') twist = {...twist, onFork: (upid) => unknownPolls.set(upid, effect.times)};
		if (effect.kind === 'take-vmid') twist = {...twist, ...taken(dc, asked, effect)};
		disturb(frontend, asked.entry, effect);
	}
	return twist;
}

function taken(dc: Datacenter, asked: Asked, effect: Effect & {readonly kind: 'take-vmid'}): Twist {
	const vmid = Number(asked.body.newid ?? asked.body.vmid);
	const take = (): void => {
		const node = effect.node ?? targetOf(asked);
		const idle = {pending: {}, power: 'stopped', startedAt: 0, stoppedAt: 0, pid: 0} as const;
		dc.world.guests[vmid] ??= {
			...idle,
			pending: {},
			vmid,
			type: 'qemu',
			node,
			config: {name: 'somebody-else', memory: '512'},
		};
	};
	if (effect.when === 'post') take();
	return effect.when === 'post' ? {} : {beforeWork: take};
}

/** Puts the world out of order, and in order again where the fault has an end. */
function disturb({dc, setNode, migrate}: Frontend, entry: string, effect: Effect): void {
	const {world, clock} = dc;
	if (effect.kind === 'stale-resources') {
		dc.frozenResources = allRows(dc, entry);
		clock.after(effect.ms, () => {
			dc.frozenResources = undefined;
		});
	}
	if (effect.kind === 'storage-full') {
		const storage = world.storages[effect.storage];
		if (storage !== undefined) storage.full = true;
		if (effect.ms !== undefined && storage !== undefined) clock.after(effect.ms, () => delete storage.full);
	}
	if (effect.kind === 'lock') {
		const guest = world.guests[effect.vmid];
		if (guest === undefined) return;
		guest.config = {...guest.config, lock: effect.lock};
		if (effect.ms !== undefined) clock.after(effect.ms, () => delete guest.config.lock);
	}
	if (effect.kind === 'node') {
		const before = world.nodes[effect.node]?.state ?? 'online';
		dc.tasks.track(setNode(effect.node, effect.state));
		if (effect.ms !== undefined) clock.after(effect.ms, () => dc.tasks.track(setNode(effect.node, before)));
	}
	if (effect.kind === 'migrate' && world.guests[effect.vmid] !== undefined) migrate(effect.vmid, effect.node);
}
