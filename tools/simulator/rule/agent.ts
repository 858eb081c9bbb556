import type {Call} from '../call.ts';
import {texts} from '../refusal.ts';
import {loadConfig} from '../vm-config.ts';
import type {AgentInterface, Guest} from '../world.ts';

const pingMs = 3000;
const answerMs = 100;
const defaultAgentAfterMs = 5000;

/** POST agent/ping. API2/Qemu/Agent.pm. */
export async function ping(call: Call): Promise<unknown> {
	await answering(call);
	return {result: {}};
}

/** GET agent/network-get-interfaces: what runs inside, or PVE's three refusals in their order. */
export async function interfaces(call: Call): Promise<unknown> {
	const guest = await answering(call);
	const listed = guest.inside?.interfaces ?? [loopback, ethernet(guest)];
	return {result: listed.map(shown)};
}

/** GET agent/get-osinfo. */
export async function osinfo(call: Call): Promise<unknown> {
	const guest = await answering(call);
	const windows = guest.config.ostype?.startsWith('win') === true;
	return {result: {...(windows ? windowsInfo : ubuntuInfo), machine: 'x86_64'}};
}

const windowsInfo = {
	...{id: 'mswindows', name: 'Microsoft Windows', 'pretty-name': 'Windows Server 2025 Standard', version: '2025'},
	...{'version-id': '2025', variant: 'server', 'variant-id': 'server', 'kernel-release': '26100'},
	'kernel-version': '10.0',
};
const ubuntuInfo = {
	...{id: 'ubuntu', name: 'Ubuntu', 'pretty-name': 'Ubuntu 24.04 LTS', version: '24.04 LTS', 'version-id': '24.04'},
	...{'kernel-release': '6.8.0-generic', 'kernel-version': '#1 SMP PREEMPT_DYNAMIC'},
};

/** GET agent/get-host-name. */
export async function hostName(call: Call): Promise<unknown> {
	const guest = await answering(call);
	return {result: {'host-name': guest.config.name ?? 'localhost'}};
}

/** QemuServer/Agent.pm assert_agent_available: configured, running, answering a ping within three seconds. */
async function answering({dc, node, parameters}: Call): Promise<Guest> {
	const guest = loadConfig(dc, node, parameters.vmid ?? '');
	if (!/(?:^|enabled=)1(?:,|$)/.test(guest.config.agent ?? '')) throw texts.noAgent();
	if (guest.power === 'stopped') throw texts.agentVmStopped(guest.vmid);
	const afterMs = guest.inside?.agentAfterMs ?? defaultAgentAfterMs;
	const upMs = dc.clock.genuine(dc.clock.now() - guest.startedAt);
	if (guest.power === 'paused' || afterMs === 'never' || upMs + pingMs < afterMs) {
		await dc.clock.sleep(pingMs);
		throw texts.agentDown();
	}
	if (upMs < afterMs) await dc.clock.sleep(afterMs - upMs);
	await dc.clock.sleep(answerMs);
	return guest;
}

const loopback: AgentInterface = {name: 'lo', mac: '00:00:00:00:00:00', addresses: ['127.0.0.1/8', '::1/128']};

/** The address follows from the VMID, so that two runs show the same. */
function ethernet(guest: Guest): AgentInterface {
	const mac = /=([0-9A-F:]{17})/i.exec(guest.config.net0 ?? '')?.[1]?.toLowerCase() ?? '00:00:00:00:00:01';
	const [high, low] = [Math.floor(guest.vmid / 250) % 250, (guest.vmid % 250) + 2];
	return {
		name: 'eth0',
		mac,
		addresses: [`10.99.${high}.${low}/16`, `fe80::be24:11ff:fe00:${guest.vmid.toString(16).slice(-4)}/64`],
	};
}

const statistics = Object.fromEntries(
	['rx', 'tx'].flatMap((way) => ['bytes', 'packets', 'errs', 'dropped'].map((what) => [`${way}-${what}`, 0])),
);

function shown({name, mac, addresses}: AgentInterface): unknown {
	return {
		name,
		...(mac === undefined ? {} : {'hardware-address': mac}),
		...(addresses.length === 0
			? {}
			: {
					'ip-addresses': addresses.map((text) => {
						const [address = '', prefix] = text.split('/');
						return {
							'ip-address': address,
							'ip-address-type': address.includes(':') ? 'ipv6' : 'ipv4',
							prefix: Number(prefix),
						};
					}),
				}),
		statistics,
	};
}
