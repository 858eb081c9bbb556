import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {providerConfig} from '../simulator/cli.ts';
import {type Simulator, type SimulatorOptions, startSimulator, type World} from '../simulator/index.ts';
import {asksOf, controller} from './ask.ts';
import {differences, type Footprint, footprintOf, withoutPower} from './footprint.ts';
import {allSeeingToken, type Shape} from './shape.ts';

/** One cluster with one provider's config, and what lay on it before the provider came. */
export interface Scene {
	readonly simulator: Simulator;
	readonly ask: ReturnType<typeof asksOf>;
	/** What is too much, missing or changed; nothing where the cluster is as it was before. */
	mess(): readonly string[];
	/** The same, whatever the VMs of other people do. */
	messButPower(): readonly string[];
	/** Every write that was asked of a VM that is not ours, but for clones of templates. */
	readonly trespasses: readonly string[];
	/** The same, but for runners of ours and their seeds. */
	harm(): readonly string[];
	close(): Promise<void>;
}

/** What a scene may begin with instead of its shape's own world: a world with runners, and the footprint of the one without. */
export interface Beginning {
	readonly world: World;
	readonly before: Footprint;
}

/** Starts the simulated cluster of a shape and writes the config of a provider for it. */
export async function openScene(
	shape: Shape,
	beginning?: Beginning,
	options: Omit<SimulatorOptions, 'world'> = {},
): Promise<Scene> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'garm-proxmox-proof-'));
	const world = beginning === undefined ? shape.world() : structuredClone(beginning.world);
	const simulator = await startSimulator({...options, world});
	const configFile = path.join(folder, 'proxmox.toml');
	await writeFile(configFile, configFor(shape, simulator), {mode: 0o600});
	const before = beginning?.before ?? footprintOf(simulator.world);
	const trespasses: string[] = [];
	simulator.onRequest((_n, phase, {method, path, operation}) => {
		const vmid = Number(/\/qemu\/(\d+)/.exec(path)?.[1] ?? 0);
		if (phase !== 'before' || method === 'GET' || operation === 'clone' || vmid === 0) return;
		const guest = simulator.world.guests[vmid];
		// Of what a destroy has left PVE refuses to touch anything.
		if (guest === undefined || guest.config.lock === 'destroyed') return;
		if (!runnersOn(simulator.world).includes(vmid)) trespasses.push(`${method} ${path}`);
	});
	return {
		simulator,
		ask: asksOf(configFile),
		trespasses,
		mess: () => differences(before, footprintOf(simulator.world)),
		messButPower: () => differences(withoutPower(before), withoutPower(footprintOf(simulator.world))),
		harm: () => differences(before, footprintOf(withoutRunners(simulator.snapshot(), before))),
		async close() {
			await simulator.close();
			await rm(folder, {recursive: true, force: true});
		},
	};
}

function configFor(shape: Shape, simulator: Simulator): string {
	const token = shape.fullToken ? {tokenId: allSeeingToken, tokenSecret: simulator.tokens[allSeeingToken] ?? ''} : {};
	const text = providerConfig({...simulator, ...token}).replace(
		/^url = .*$/m,
		`urls = ${JSON.stringify(simulator.urls)}`,
	);
	return shape.fullClone ? `${text}\n[clone]\nmode = "full"\n` : text;
}

/** The VMIDs of a controller's VMs, of one runner where it is named: by their notes, or by their name. */
export function runnersOn({guests}: World, name?: string): readonly number[] {
	return Object.values(guests)
		.filter(({config: {description = '', template}}) => {
			const ours = description.includes(`"controller":"${controller}"`) && template !== '1';
			return ours && (name === undefined || description.includes(`"runner":${JSON.stringify(name)}`));
		})
		.map(({vmid}) => vmid);
}

/** A world without what our runners are made of. */
function withoutRunners(world: World, before: Footprint): World {
	const ours = runnersOn(world);
	for (const vmid of ours) delete world.guests[vmid];
	for (const [key, volume] of Object.entries(world.volumes)) {
		const seed = volume.volid.includes('iso/garm-seed-') && !before.has(`volume ${key}`);
		if (seed || (volume.vmid !== undefined && ours.includes(volume.vmid))) delete world.volumes[key];
	}
	for (const pool of Object.values(world.pools)) {
		for (const vmid of ours) if (pool.vms.includes(vmid)) pool.vms.splice(pool.vms.indexOf(vmid), 1);
	}
	return world;
}
