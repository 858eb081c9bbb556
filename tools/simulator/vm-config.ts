import {configDigest} from './config-file.ts';
import type {Datacenter} from './datacenter.ts';
import {texts} from './refusal.ts';
import {isNumeric} from './schema/vm-options.ts';
import type {Guest} from './world.ts';

/** AbstractConfig.pm load_config. */
export function loadConfig(dc: Datacenter, node: string, vmid: number | string): Guest {
	const guest = dc.qemuOn(node, vmid);
	if (guest === undefined) throw texts.noConfig(node, vmid);
	return guest;
}

/** AbstractConfig.pm check_lock. */
export function checkLock(guest: Guest): void {
	if (guest.config.lock !== undefined) throw texts.locked(guest.config.lock);
}

/** AbstractConfig.pm config_file_lock. */
export const lockFile = (vmid: number | string): string => `/var/lock/qemu-server/lock-${vmid}.conf`;

/** The config as GET config shows it: pending values merged unless `current`. QemuServer.pm load_conf, Qemu.pm vm_config. */
export function shownConfig(guest: Guest, current: boolean): Readonly<Record<string, string | number>> {
	const config: Record<string, string> = {...guest.config};
	if (!current) {
		for (const [key, value] of Object.entries(guest.pending)) {
			if (value === null) delete config[key];
			else config[key] = value;
		}
	}
	if (config.cipassword !== undefined) config.cipassword = '**********';
	return {
		...Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isNumeric(key) ? Number(value) : value])),
		digest: configDigest(guest),
	};
}
