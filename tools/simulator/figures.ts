import type {Clock} from './clock.ts';
import {isCdrom, isDriveName, parseDrive, parseSize} from './drive.ts';
import type {Guest, World, WorldStorage} from './world.ts';

const defaultMemoryMiB = 512;

/** Seconds since the guest was started; 0 while it is stopped. */
export function uptimeOf(clock: Clock, guest: Guest): number {
	return guest.power === 'stopped' ? 0 : Math.floor((clock.now() - guest.startedAt) / 1000);
}

/** QemuServer.pm vmstatus: a config without a name is shown as `VM 210`. */
export const nameOf = (guest: Guest): string =>
	guest.type === 'lxc' ? (guest.config.hostname ?? `CT${guest.vmid}`) : (guest.config.name ?? `VM ${guest.vmid}`);

/** Bytes of memory the config asks for. */
export const maxmemOf = ({config}: Guest): number =>
	Number(/(?:^|current=)(\d+)/.exec(config.memory ?? '')?.[1] ?? defaultMemoryMiB) * 1024 * 1024;

/** Bytes of the boot disk. QemuServer.pm disksize. */
export function maxdiskOf(guest: Guest): number {
	if (guest.type === 'lxc') return parseSize(/size=(\w+)/.exec(guest.config.rootfs ?? '')?.[1] ?? '') ?? 0;
	const drives = Object.entries(guest.config).filter(([key]) => isDriveName(key));
	const disks = drives.map(([key, value]) => ({key, drive: parseDrive(value)})).filter(({drive}) => !isCdrom(drive));
	const order = /order=([\w;]+)/.exec(guest.config.boot ?? '')?.[1]?.split(';') ?? [];
	const boot = order.map((name) => disks.find(({key}) => key === name)).find((disk) => disk !== undefined) ?? disks[0];
	return parseSize(boot?.drive.options.get('size') ?? '') ?? 0;
}

/** Processors the guest sees. */
export const cpusOf = ({config}: Guest): number => Number(config.sockets ?? 1) * Number(config.cores ?? 1);

/** The figures of a guest in /cluster/resources. pve-manager API2Tools.pm extract_vm_stats. */
export function guestFigures(world: World, clock: Clock, guest: Guest): Readonly<Record<string, string | number>> {
	const running = guest.power !== 'stopped';
	const maxmem = maxmemOf(guest);
	return {
		name: nameOf(guest),
		status: running ? 'running' : 'stopped',
		template: guest.config.template === '1' ? 1 : 0,
		uptime: uptimeOf(clock, guest),
		cpu: running ? 0.01 : 0,
		maxcpu: cpusOf(guest),
		mem: running ? Math.floor(maxmem / 3) : 0,
		maxmem,
		disk: 0,
		maxdisk: maxdiskOf(guest),
		netin: 0,
		netout: 0,
		diskread: 0,
		diskwrite: 0,
		...(world.pveVersion === '8.4' ? {} : {memhost: running ? Math.floor(maxmem / 3) : 0}),
	};
}

/** Bytes in use on a storage as a node sees it. */
export function usedOn(world: World, name: string, storage: WorldStorage, node: string): number {
	const volumes = Object.values(world.volumes).filter(
		(volume) => volume.storage === name && (volume.node === null || volume.node === node),
	);
	return storage.used + volumes.reduce((sum, volume) => sum + volume.used, 0);
}

/** Whether the storage can be used on the node. */
export const isOnNode = (storage: WorldStorage, node: string): boolean =>
	storage.disabled !== true && (storage.nodes === undefined || storage.nodes.includes(node));
