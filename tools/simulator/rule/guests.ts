import {holdsAll} from '../access.ts';
import type {Call} from '../call.ts';
import {isOn} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {cpusOf, maxdiskOf, maxmemOf, nameOf, uptimeOf} from '../figures.ts';
import {loadConfig} from '../vm-config.ts';
import type {Guest} from '../world.ts';

/** GET /nodes/N/qemu: live, straight from the configs. API2/Qemu.pm vmlist. */
export function listGuests({dc, node, caller, parameters}: Call): unknown {
	return Object.values(dc.world.guests)
		.filter((guest) => guest.node === node && guest.type === 'qemu')
		.filter((guest) => holdsAll(dc.world, caller, `/vms/${guest.vmid}`, ['VM.Audit']))
		.map((guest) => ({
			...status(dc, guest),
			...(isOn(parameters.full) ? {qmpstatus: qmpStatus(guest)} : {}),
		}));
}

/** GET status/current. API2/Qemu.pm vm_status. */
export function current({dc, node, parameters}: Call): unknown {
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	const agent = /(?:^|enabled=)1(?:,|$)/.test(guest.config.agent ?? '');
	return {
		...status(dc, guest),
		qmpstatus: qmpStatus(guest),
		ha: guest.ha === undefined ? {managed: 0} : {managed: 1, state: guest.ha, group: null},
		...(guest.power === 'stopped' ? {} : measured(dc, guest)),
		// API2/Qemu.pm vm_status: a property of the display, where one is configured.
		...(guest.config.vga === undefined ? {} : {clipboard: null}),
		...(agent ? {agent: 1} : {}),
	};
}

const pressures = ['cpu', 'io', 'memory'].flatMap((what) => [`pressure${what}some`, `pressure${what}full`]);

/** What QemuServer.pm vmstatus measures of a running VM when it is asked for everything. */
function measured(dc: Datacenter, {vmid, config}: Guest): Readonly<Record<string, unknown>> {
	const taps = Object.keys(config).filter((key) => /^net\d+$/.test(key));
	const nics = taps.map((key) => [`tap${vmid}i${key.slice(3)}`, {netin: 0, netout: 0}]);
	return {
		...(nics.length === 0 ? {} : {nics: Object.fromEntries(nics)}),
		...(dc.world.pveVersion === '8.4' ? {} : Object.fromEntries(pressures.map((key) => [key, 0]))),
	};
}

const qmpStatus = (guest: Guest): string => (guest.power === 'paused' ? 'paused' : guest.power);

/** QemuServer.pm vmstatus. A paused VM is running, its qmpstatus says otherwise. */
function status(dc: Datacenter, guest: Guest): Readonly<Record<string, string | number>> {
	const running = guest.power !== 'stopped';
	const {tags, lock, template, serial0} = guest.config;
	const maxmem = maxmemOf(guest);
	return {
		vmid: guest.vmid,
		name: nameOf(guest),
		status: running ? 'running' : 'stopped',
		cpus: cpusOf(guest),
		cpu: 0,
		mem: running ? Math.floor(maxmem / 3) : 0,
		maxmem,
		disk: 0,
		maxdisk: maxdiskOf(guest),
		uptime: uptimeOf(dc.clock, guest),
		netin: 0,
		netout: 0,
		...(running ? {pid: guest.pid} : {}),
		...(dc.world.pveVersion === '8.4' ? {} : {memhost: running ? Math.floor(maxmem / 3) : 0}),
		...(template === '1' ? {template: 1} : {}),
		...(serial0 === undefined ? {} : {serial: 1}),
		...(tags === undefined ? {} : {tags}),
		...(lock === undefined ? {} : {lock}),
	};
}
